#include "steps.h"

#include <fmt/format.h>

namespace drover::defect {

Status expect(bool holds, const std::string& what, const Json& seen) {
  if (holds) return {};
  return fail(Code::bad_response, fmt::format("expected that {}; seen: {}", what, seen.dump()));
}

bool runs(const Json& reported, const std::string& version) {
  return text(reported, "version") == version && text(reported, "state") == "idle" &&
         error_code(reported).empty();
}

std::string error_code(const Json& report) {
  if (!report.is_object() || !report.contains("error") || !report["error"].is_object()) return "";
  return text(report["error"], "code");
}

Result<Json> undisturbed(const Device& device, Nan nan) {
  DROVER_TRY(expect(device.inspector_runs(), device.name() + "'s inspector runs", device.name()));
  Json counts = device.counts();
  DROVER_TRY(
      expect(counts.is_object() && counts.value("images", 0) > 0, "the inspector looks at images", counts));
  DROVER_TRY(expect(counts.value("missed", 1) == 0, "no image of the camera's was missed", counts));
  DROVER_TRY(expect(counts.value("failed", 1) == 0, "no inference failed", counts));
  DROVER_TRY(expect(counts.value("dropped", 1) == 0, "every inference was recorded", counts));
  if (nan == Nan::none) DROVER_TRY(expect(counts.value("nan", 1) == 0, "no inference gave NaN", counts));
  return counts;
}

Json figures(const Json& counts) {
  Json figures = Json::object();
  for (const char* key : {"ticks", "images", "missed", "failed", "nan", "recorded", "dropped"})
    figures[key] = counts[key];
  return figures;
}

}  // namespace drover::defect
