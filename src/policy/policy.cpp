#include "policy/policy.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <functional>
#include <optional>

#include "base/clock.h"
#include "base/toml.h"

namespace drover::policy {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBytesMax = 64 * 1024;
constexpr std::uint64_t kCountMax = 1'000'000'000;
constexpr milliseconds kDurationMax = std::chrono::days(90);

std::unexpected<Error> bad(const toml::source_region& where, std::string_view what) {
  return fail(Code::bad_toml,
              fmt::format("line {}, column {}: {}", where.begin.line, where.begin.column, what));
}

/// One key of a table: its name, and the function that checks a value and puts it in place.
template <class T>
struct Option {
  std::string_view key;
  std::function<Status(const toml::node&, T&)> read;
};

template <class T>
Option<T> duration(std::string_view key, milliseconds T::* member) {
  return {key, [=](const toml::node& node, T& into) -> Status {
            const auto text = node.value_exact<std::string_view>();
            if (!text)
              return bad(node.source(), fmt::format("{}: a duration such as \"10m\" is needed", key));
            const auto value = parse_duration(*text);
            if (!value || *value <= milliseconds(0) || *value > kDurationMax)
              return bad(node.source(),
                         fmt::format("{}: \"{}\" is not a duration between 1ms and 90d", key, *text));
            into.*member = *value;
            return {};
          }};
}

template <class T>
Option<T> count(std::string_view key, std::uint64_t T::* member) {
  return {key, [=](const toml::node& node, T& into) -> Status {
            const auto value = node.value_exact<std::int64_t>();
            if (!value || *value < 0 || static_cast<std::uint64_t>(*value) > kCountMax)
              return bad(node.source(),
                         fmt::format("{}: a whole number from 0 to {} is needed", key, kCountMax));
            into.*member = static_cast<std::uint64_t>(*value);
            return {};
          }};
}

template <class T>
Option<T> number(std::string_view key, double T::* member, double max) {
  return {key, [=](const toml::node& node, T& into) -> Status {
            const auto value = node.is_number() ? node.value<double>() : std::nullopt;
            if (!value || !std::isfinite(*value) || *value < 0 || *value > max)
              return bad(node.source(), fmt::format("{}: a number from 0 to {} is needed", key, max));
            into.*member = *value;
            return {};
          }};
}

Option<Probation> rule() {
  return {"rule", [](const toml::node& node, Probation& into) -> Status {
            if (node.value_exact<std::string_view>() != "plain")
              return bad(node.source(), "rule: \"plain\" is the only rule that this version knows");
            into.rule = ProbationRule::plain;
            return {};
          }};
}

const auto& probation_options() {
  static const std::array<Option<Probation>, 7> options = {
      duration("duration", &Probation::duration),
      count("min_samples", &Probation::min_samples),
      number("max_increase", &Probation::max_increase, 100.0),
      number("min_absolute", &Probation::min_absolute, 1.0),
      duration("adopt_within", &Probation::adopt_within),
      count("crash_max", &Probation::crash_max),
      rule(),
  };
  return options;
}

Status read_probation(const toml::node& node, Policy& policy) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return bad(node.source(), "probation: a table [probation] is needed");
  for (const auto& [key, value] : *table) {
    const auto& options = probation_options();
    const auto option =
        std::ranges::find_if(options, [&](const auto& each) { return each.key == key.str(); });
    if (option == options.end())
      return bad(key.source(), fmt::format("unknown key: probation.{}", key.str()));
    DROVER_TRY(option->read(value, policy.probation));
  }
  return {};
}

Result<Policy> read_policy(const toml::table& document) {
  Policy policy = default_policy();
  for (const auto& [key, value] : document) {
    if (key.str() != "probation") return bad(key.source(), fmt::format("unknown key: {}", key.str()));
    DROVER_TRY(read_probation(value, policy));
  }
  return policy;
}

}  // namespace

std::string_view name(ProbationRule rule) {
  switch (rule) {
    case ProbationRule::plain:
      return "plain";
  }
  return "plain";
}

Policy default_policy() { return {}; }

Result<Policy> parse_policy(std::string_view toml) {
  if (toml.size() > kBytesMax)
    return fail(Code::too_large,
                fmt::format("a policy has at most {} bytes, this one {}", kBytesMax, toml.size()));
  try {
    return read_policy(toml::parse(toml));
  } catch (const toml::parse_error& error) {
    return bad(error.source(), error.description());
  }
}

}  // namespace drover::policy
