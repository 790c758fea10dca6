#include "monitor/holdout.h"

#include <algorithm>

#include "base/json_fields.h"

namespace drover::monitor {
namespace {

constexpr std::uint64_t kTimeMaxMs = std::uint64_t{1} << 53;

}  // namespace

nlohmann::json to_json(const Holdout& holdout) {
  return {{"at_ms", std::max<std::int64_t>(holdout.at_ms, 0)},
          {"samples", holdout.samples},
          {"right", holdout.right},
          {"accuracy", holdout.accuracy()}};
}

Result<Holdout> holdout_from_json(const nlohmann::json& from) {
  JsonFields fields = DROVER_TRY(JsonFields::of(from, "holdout", Code::bad_state));
  Holdout holdout{.at_ms = static_cast<std::int64_t>(DROVER_TRY(fields.unsigned_number("at_ms", kTimeMaxMs))),
                  .samples = DROVER_TRY(fields.unsigned_number("samples"))};
  if (holdout.samples == 0) return fields.bad("samples", "at least 1 expected");
  holdout.right = DROVER_TRY(fields.unsigned_number("right", holdout.samples));
  return holdout;
}

}  // namespace drover::monitor
