// The agent dies by SIGKILL in every state of an update; the next one finds its way.
#include <gtest/gtest.h>

#include "fleet.h"

namespace drover::e2e {
namespace {

constexpr int kTriesMax = 12;  // some states last for less than a look at the disk takes

struct Row {
  const char* state;
  const char* policy;
  bool by_rollback = false;  // the state is met on the way back
  const char* config = "";
  std::size_t samples = 10;
  std::size_t ballast_mb = 0;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.state; }

constexpr const char* kShort = "[probation]\nduration = \"100ms\"\nmin_samples = 0\nadopt_within = \"1h\"\n";
constexpr const char* kLong = "[probation]\nduration = \"1h\"\nmin_samples = 0\nadopt_within = \"1h\"\n";
constexpr const char* kHolds =
    "[probation]\nduration = \"50ms\"\nmin_samples = 1000\nadopt_within = \"1h\"\n";

class KilledIn : public testing::TestWithParam<Row> {
 protected:
  Scratch scratch_;
  Workspace workspace_{scratch_.path() / "workspace"};
  Device device_{scratch_.path() / "device", workspace_, "", GetParam().config};

  [[nodiscard]] std::string state() const { return device_.on_disk().value("state", ""); }
  /// Looks at the disk without a pause, and kills at first sight. True when that was the state it died in.
  bool kill_at_sight() {
    wait_until_seen();
    device_.kill9();
    return state() == GetParam().state;
  }
  void wait_until_seen() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (state() != GetParam().state && std::chrono::steady_clock::now() < deadline && !passed_by()) {
    }
  }
  static std::string active_version(const json& model) {
    const auto active = model.find("active");
    return active != model.end() && active->is_object() ? text(*active, "version") : "";
  }
  /// The update went through the state unseen.
  bool passed_by() {
    const json model = device_.on_disk();
    return text(model, "state") == "idle" &&
           active_version(model) == (GetParam().by_rollback ? "1.0.0" : version_);
  }
  void begin_update(int attempt) {
    version_ = "1." + std::to_string(attempt) + ".0";
    workspace_.publish({.version = version_,
                        .policy = GetParam().policy,
                        .samples = GetParam().samples,
                        .ballast_mb = GetParam().ballast_mb});
  }
  /// What an undisturbed agent would have come to.
  bool converged(const json& model) const {
    const std::string state = text(model, "state");
    if (GetParam().by_rollback) return state == "idle" && text(model, "version") == "1.0.0";
    if (GetParam().policy == kLong) return state == "probation" && text(model, "version") == version_;
    if (GetParam().policy == kHolds) return state == "holding" && text(model, "version") == version_;
    return state == "idle" && text(model, "version") == version_ && model.value("committed", false);
  }
  std::string version_;
};

TEST_P(KilledIn, TheNextAgentConverges) {
  workspace_.publish({.version = "1.0.0"});
  device_.start();
  device_.wait_committed("1.0.0");
  bool met = false;
  for (int attempt = 1; attempt <= kTriesMax && !met; ++attempt) {
    begin_update(attempt);
    std::unique_ptr<Process> rollback;
    if (GetParam().by_rollback) {
      device_.wait_for("probation", [&](const json& model) { return text(model, "state") == "probation"; });
      rollback = std::make_unique<Process>(Words{program("drover-agent"), "rollback", "--model", "kws",
                                                 "--config", (device_.directory() / "agent.toml").string()},
                                           device_.directory() / "rollback.log");
    }
    met = kill_at_sight();
    if (!met) {
      device_.start();
      device_.wait_for("the end of a try", [&](const json& model) { return converged(model); });
    }
  }
  ASSERT_TRUE(met) << "never seen: " << GetParam().state;
  device_.start();
  device_.wait_for("all is as if nothing had happened", [&](const json& model) { return converged(model); });
  device_.stop();
  device_.expect_sound(active_version(device_.on_disk()),
                       GetParam().policy == kShort || GetParam().by_rollback);
}

INSTANTIATE_TEST_SUITE_P(
    Table, KilledIn,
    testing::Values(Row{"checking", kShort},
                    Row{"downloading", kShort, false, "bytes_per_second_max = 200000", 10, 1},
                    Row{"verifying", kShort, false, "", 10, 20}, Row{"staging", kShort, false, "", 10, 20},
                    Row{"smoke_testing", kShort, false, "", 500}, Row{"switching", kShort},
                    Row{"probation", kLong}, Row{"holding", kHolds}, Row{"committing", kShort},
                    Row{"rolling_back", kLong, true}, Row{"reporting", kShort}, Row{"idle", kShort}),
    [](const auto& info) { return std::string(info.param.state); });

}  // namespace
}  // namespace drover::e2e
