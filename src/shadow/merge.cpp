#include "shadow/merge.h"

#include <algorithm>

namespace drover::shadow {

json metadata_for(const json& value, UnixTime now) {
  if (value.is_object()) {
    json made = json::object();
    for (const auto& [name, member] : value.items()) made[name] = metadata_for(member, now);
    return made;
  }
  if (value.is_array()) {
    json made = json::array();
    for (const json& element : value) made.push_back(metadata_for(element, now));
    return made;
  }
  return {{"timestamp", now.time_since_epoch().count()}};
}

void merge(json& state, json& metadata, const json& change, UnixTime now) {
  for (const auto& [name, value] : change.items()) {
    if (value.is_null()) {
      state.erase(name);
      metadata.erase(name);
    } else if (value.is_object()) {
      for (json* tree : {&state, &metadata})
        if (!tree->contains(name) || !(*tree)[name].is_object()) (*tree)[name] = json::object();
      merge(state[name], metadata[name], value, now);
    } else {
      state[name] = value;
      metadata[name] = metadata_for(value, now);
    }
  }
}

json metadata_of(const json& metadata, const json& change) {
  if (!change.is_object() || !metadata.is_object()) return metadata;
  json made = json::object();
  for (const auto& [name, value] : change.items())
    if (metadata.contains(name)) made[name] = metadata_of(metadata[name], value);
  return made;
}

json difference(const json& desired, const json& reported) {
  json made = json::object();
  for (const auto& [name, wanted] : desired.items()) {
    const bool is_reported = reported.contains(name);
    if (wanted.is_object() && (!is_reported || reported[name].is_object())) {
      json inner = difference(wanted, is_reported ? reported[name] : json::object());
      if (!inner.empty()) made[name] = std::move(inner);
    } else if (!is_reported || wanted != reported[name]) {
      made[name] = wanted;
    }
  }
  return made;
}

int depth(const json& value) {
  if (!value.is_structured()) return 0;
  int deepest = value.is_object() && !value.empty() ? 1 : 0;
  for (const json& member : value)
    if (member.is_structured()) deepest = std::max(deepest, 1 + depth(member));
  return deepest;
}

}  // namespace drover::shadow
