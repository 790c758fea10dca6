#include <algorithm>
#include <array>
#include <limits>

#include "policy/read_named.h"
#include "policy/read_parts.h"
#include "policy/toml_option.h"

namespace drover::policy {
namespace {

constexpr double kMost = std::numeric_limits<float>::max();

Result<std::string> read_feature(const toml::node& node, std::string_view key) {
  return DROVER_TRY(read_text(node, key, kNameBytesMax)).text;
}

const auto& sensor_options() {
  using namespace option;
  static const std::array options = {
      of("feature", &SensorRange::feature, read_feature),
      number("black", &SensorRange::black, -kMost, kMost),
      number("saturated", &SensorRange::saturated, -kMost, kMost),
  };
  return options;
}

}  // namespace

Status read_sensors(const toml::node& node, Policy& policy) {
  for (const toml::node& each : *DROVER_TRY(read_tables(node, "sensor", kSensorsMax))) {
    SensorRange sensor{.at = place_of(each)};
    DROVER_TRY(read_table(each, "sensor", sensor_options(), sensor));
    DROVER_TRY(require(*each.as_table(), "sensor", {"feature"}));
    if (!(sensor.black < sensor.saturated)) return bad_at(sensor.at, "sensor: black lies below saturated");
    if (std::ranges::find(policy.sensors, sensor.feature, &SensorRange::feature) != policy.sensors.end())
      return bad_at(sensor.at, fmt::format("sensor: \"{}\" stands twice", sensor.feature));
    policy.sensors.push_back(std::move(sensor));
  }
  return {};
}

}  // namespace drover::policy
