#pragma once

// Inside policy only: a table of policy.toml as a table of options.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <span>

#include "policy/toml_value.h"

namespace drover::policy {

/// One key of a table: its name, and the function that checks a value and puts it in place.
template <class T>
struct Option {
  std::string_view key;
  std::function<Status(const toml::node&, T&)> read;
};

namespace option {

/// `key`: what `read(node, key, more…)` gives goes to `member`.
template <class T, class Value, class Read, class... More>
Option<T> of(std::string_view key, Value T::* member, Read read, More... more) {
  return {key, [=](const toml::node& node, T& into) -> Status {
            into.*member = DROVER_TRY(read(node, key, more...));
            return {};
          }};
}

template <class T>
Option<T> duration(std::string_view key, std::chrono::milliseconds T::* member,
                   std::chrono::milliseconds min = std::chrono::milliseconds(1),
                   std::chrono::milliseconds max = kDurationMax) {
  return of(key, member, read_duration, min, max);
}
template <class T>
Option<T> count(std::string_view key, std::uint64_t T::* member, std::uint64_t min = 0,
                std::uint64_t max = kCountMax) {
  return of(key, member, read_count, min, max);
}
template <class T>
Option<T> number(std::string_view key, double T::* member, double min, double max) {
  return of(key, member, read_number, min, max);
}
template <class T>
Option<T> flag(std::string_view key, bool T::* member) {
  return of(key, member, read_flag);
}

}  // namespace option

/// Reads every key of `node`, a table that people write as `[name]`. A key that no option knows is refused.
template <class T, class Options>
Status read_table(const toml::node& node, std::string_view name, const Options& options, T& into) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return bad_at(place_of(node), fmt::format("{0}: a table [{0}] is needed", name));
  for (const auto& [key, value] : *table) {
    const auto option =
        std::ranges::find_if(options, [&](const Option<T>& each) { return each.key == key.str(); });
    if (option == std::end(options))
      return bad_at(place_of(key), fmt::format("unknown key: {}.{}", name, key.str()));
    DROVER_TRY(option->read(value, into));
  }
  return {};
}

}  // namespace drover::policy
