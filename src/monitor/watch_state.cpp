// What a watch keeps over a restart: docs/formats/device.md.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "monitor/watch.h"
#include "monitor/window_json.h"

namespace drover::monitor {
namespace {

using nlohmann::json;

constexpr int kSchema = 1;

/// The member of an object at `key`, or null.
const json* member(const json& of, const char* key) {
  const auto found = of.is_object() ? of.find(key) : of.end();
  return found == of.end() ? nullptr : &*found;
}

Result<Bytes> bytes_at(const json& of, const std::string& key) {
  const auto found = of.is_object() ? of.find(key) : of.end();
  if (found == of.end() || !found->is_string()) return fail(Code::bad_state, "not there");
  return from_hex(found->get_ref<const std::string&>());
}

}  // namespace

json Watch::save(Open open) const {
  json rules = json::object(), detectors = json::object();
  for (const Judging& judging : judging_) rules[judging.rule.name] = policy::to_json(judging.state);
  for (const Detecting& each : detections_) detectors[each.rule] = hex(each.detection.checkpoint());
  json saved = {{"schema", kSchema},
                {"rules", std::move(rules)},
                {"detectors", std::move(detectors)},
                {"rolling", hex(rolling_.to_bytes())}};
  if (holdout_) saved["holdout"] = to_json(*holdout_);
  if (open == Open::saved && window_) saved["window"] = to_json(*window_, scheme_);
  return saved;
}

std::vector<std::string> Watch::restore(const json& saved) {
  std::vector<std::string> anew;
  const json* schema = member(saved, "schema");
  if (schema == nullptr || *schema != kSchema) return {"all"};
  if (const json* rules = member(saved, "rules"))
    for (Judging& judging : judging_) {
      const json* state = member(*rules, judging.rule.name.c_str());
      const auto read =
          state == nullptr ? policy::rule_state_from_json(json()) : policy::rule_state_from_json(*state);
      if (read)
        judging.state = *read;
      else
        anew.push_back(judging.rule.name);
    }
  if (const json* detectors = member(saved, "detectors"))
    for (Detecting& each : detections_) {
      const auto bytes = bytes_at(*detectors, each.rule);
      if (!bytes || !each.detection.restore(*bytes)) anew.push_back(each.rule);
    }
  if (const auto bytes = bytes_at(saved, "rolling"))
    if (auto rolling = drift::RollingMean::from_bytes(*bytes)) rolling_ = *rolling;
  if (const json* holdout = member(saved, "holdout"))
    if (const auto read = holdout_from_json(*holdout)) holdout_ = *read;
  if (const json* window = member(saved, "window")) restore_window(*window);
  return anew;
}

/// One that other bundles or windows of another length made is left.
void Watch::restore_window(const json& saved) {
  auto read = window_from_json(saved);
  if (!read || read->window.scheme != scheme_.fingerprint() ||
      read->window.end_ms - read->window.begin_ms != window_ms_)
    return;
  window_ = std::move(read->window);
  watch_sensors();
}

}  // namespace drover::monitor
