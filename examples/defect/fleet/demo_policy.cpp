// What every version of the demo's model carries as its policy.
#include <fmt/format.h>

#include "demo.h"
#include "fs/file_system.h"

namespace drover::defect {
namespace {

namespace stdfs = std::filesystem;

// Times are shorter than on a real device: windows last 3 s and not a minute. Latency says little here, where
// six models, their trainings and whatever else share the cores.
constexpr const char* kPolicy = R"([probation]
duration = "15s"
min_samples = 200
min_labels = 80
min_absolute = 0.06
confidence_drop_max = 0.5
latency_increase_max = 9.0
adopt_within = "30s"

[[detector]]
name = "inputs"
detector = "urn"
on = ["*"]
set = {{ alpha = 0.01, tolerance = 0.02 }}
action = ["alert"]

[[sensor]]
feature = "mean"
black = 8
saturated = 247

[[rule]]
name = "low-confidence"
when = "mean(confidence) < 0.75"
for = "15s"
action = ["alert", "rollback", "retrain"]

[retrain]
command = ["{}", "{{evidence}}"]
debounce = "10m"
daily_budget = 3
)";

// Where a training pipeline begins: what a device's alert hands over as "$1" is put in its place, once.
constexpr const char* kRetrain = R"(#!/bin/sh
mkdir "{0}/retraining" 2>/dev/null || exit 0
cp "$1" "{0}/retraining/evidence.new" && mv "{0}/retraining/evidence.new" "{0}/retraining/evidence.json"
)";

}  // namespace

Status Demo::write_policy() const {
  fs::FileSystem& files = fs::real_file_system();
  const stdfs::path retrain = out() / "retrain";
  DROVER_TRY(
      fs::write_atomically(files, retrain, as_bytes(fmt::format(fmt::runtime(kRetrain), out().string()))));
  std::error_code error;
  stdfs::permissions(retrain, stdfs::perms::owner_all, error);
  if (error) return fail(Code::io_failed, fmt::format("{}: {}", retrain.string(), error.message()));
  return fs::write_atomically(files, out() / "policy.toml",
                              as_bytes(fmt::format(fmt::runtime(kPolicy), retrain.string())));
}

}  // namespace drover::defect
