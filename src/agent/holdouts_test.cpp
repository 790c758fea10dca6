#include "agent/holdouts.h"

#include "agent/script_worker.h"
#include "base/log.h"
#include "bundle/sample_bundle.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr hours kDay{24};

class HoldoutsTest : public testing::Test {
 protected:
  void SetUp() override {
    log::start("holdouts_test", log::Format::text, log::Level::error);
    install(kModel, "1.0.0");
    install(kModel, "1.1.0");
    install(kOther, "1.0.0");
    begin(kDay);
    answers(190);
  }
  void install(const ModelName& model, std::string_view version, bool with_holdout = true) {
    const fs::Path at = store_.paths(model).version(sha256(version));
    bundle::Manifest manifest = bundle::sample_manifest();
    manifest.name = model;
    manifest.version = *Version::parse(version);
    for (const auto& [path, bytes] : bundle::sample_members()) manifest.members[path] = {};
    if (with_holdout) manifest.members["holdout/inputs.npy"] = manifest.members["holdout/labels.npy"] = {};
    ASSERT_TRUE(fs::make_directories(files_, at));
    ASSERT_TRUE(fs::write_atomically(files_, at / "manifest.json", as_bytes(bundle::to_json(manifest))));
  }
  /// An agent that comes up.
  void begin(milliseconds every, double chance = 0.5) {
    holdouts_.emplace(
        store_, clock_,
        Holdouts::Options{.worker = {.program = worker_.program(), .delegate = {}},
                          .every = every,
                          .jitter = [chance] { return chance; }},
        [this] { return is_free_; },
        [this](const ModelName& model, const lifecycle::Installed& version,
               const bundle::HoldoutReport& report) {
          measured_.push_back(model.str() + " " + version.version.str());
          right_ = report.right;
        });
  }
  void activate(std::string_view version, std::optional<std::int64_t> measured_ms = {}) {
    activate(kModel, version, measured_ms);
  }
  void activate(const ModelName& model, std::string_view version,
                std::optional<std::int64_t> measured_ms = {}) {
    lifecycle::Installed installed;
    installed.version = *Version::parse(version);
    installed.digest = sha256(version);
    holdouts_->active_changed(model, installed, measured_ms);
  }
  /// A worker that counts its runs, and of 200 samples knows so many.
  void answers(std::uint64_t right) {
    bundle::HoldoutReport report;
    report.samples = 200;
    report.right = right;
    does("cat <<'END'\n" + bundle::to_json(report) + "\nEND");
  }
  void does(const std::string& script) {
    worker_.does("echo \"$1 $2\" >> " + told().string() + "\n" + script);
  }
  [[nodiscard]] std::filesystem::path told() const { return worker_.directory() / "told"; }
  [[nodiscard]] std::vector<std::string> runs() const {
    std::vector<std::string> lines;
    std::ifstream file(told());
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  /// Until nothing is under way and nothing is due.
  void settle() {
    EXPECT_TRUE(
        run_until(*holdouts_, [&] { return !is_running() && holdouts_->due() > clock_.monotonic(); }));
  }
  [[nodiscard]] bool is_running() const {
    std::vector<int> descriptors;
    holdouts_->descriptors(descriptors);
    return !descriptors.empty();
  }
  [[nodiscard]] std::int64_t now_ms() const { return milliseconds(clock_.now().time_since_epoch()).count(); }

  const ModelName kModel = *ModelName::parse("defect"), kOther = *ModelName::parse("other");
  fs::SimFileSystem files_;
  ManualClock clock_{UnixTime(std::chrono::seconds(1'767'225'600))};
  DeviceStore store_{files_, "/state"};
  ScriptWorker worker_;
  bool is_free_ = true;
  std::vector<std::string> measured_;
  std::uint64_t right_ = 0;
  std::optional<Holdouts> holdouts_;
};

TEST_F(HoldoutsTest, measures_after_each_swap_and_then_once_a_day) {
  activate("1.0.0");
  settle();
  EXPECT_EQ(measured_, std::vector<std::string>{"defect 1.0.0"});
  EXPECT_EQ(right_, 190u);
  EXPECT_EQ(runs(),
            std::vector<std::string>{"holdout " + store_.paths(kModel).version(sha256("1.0.0")).string()});
  activate("1.0.0");  // said again
  settle();
  EXPECT_EQ(measured_.size(), 1u);
  activate("1.1.0");
  settle();
  EXPECT_EQ(measured_.back(), "defect 1.1.0");
  EXPECT_EQ(holdouts_->due(), clock_.monotonic() + kDay);
  clock_.advance(kDay);
  settle();
  EXPECT_EQ(measured_, (std::vector<std::string>{"defect 1.0.0", "defect 1.1.0", "defect 1.1.0"}));
}

TEST_F(HoldoutsTest, the_period_varies_by_a_tenth) {
  for (const auto& [chance, wait] : {std::pair(0.0, hours(18)), {0.5, hours(20)}, {0.75, hours(21)}}) {
    begin(hours(20), chance);
    activate("1.0.0");
    settle();
    EXPECT_TRUE(holdouts_->due() == clock_.monotonic() + wait) << chance;
  }
}

TEST_F(HoldoutsTest, at_zero_only_swaps_make_it_measure) {
  begin(milliseconds(0));
  activate("1.0.0");
  settle();
  activate("1.1.0");
  settle();
  EXPECT_EQ(measured_.size(), 2u);
  EXPECT_EQ(holdouts_->due(), kNever);
}

struct Restart {
  const char* what;
  std::optional<hours> age;  // of what was kept
  milliseconds every;
  Monotonic due;  // from the start
};

TEST_F(HoldoutsTest, after_a_restart_what_was_kept_holds_until_it_is_due) {
  for (const auto& [what, age, every, due] :
       std::vector<Restart>{{"nothing was kept", std::nullopt, kDay, Monotonic(0)},
                            {"nothing was kept, and only swaps count", std::nullopt, hours(0), Monotonic(0)},
                            {"a while ago", hours(6), kDay, hours(18)},
                            {"long ago", hours(100), kDay, Monotonic(0)},
                            {"the clock was set back", hours(-1000), kDay, kDay},
                            {"only swaps count", hours(100), hours(0), kNever}}) {
    begin(every);
    activate("1.0.0", age ? std::optional(now_ms() - milliseconds(*age).count()) : std::nullopt);
    EXPECT_EQ(holdouts_->due(), due == kNever ? kNever : clock_.monotonic() + due) << what;
  }
}

TEST_F(HoldoutsTest, a_version_without_a_holdout_is_never_run) {
  install(kModel, "2.0.0", false);
  activate("2.0.0");
  EXPECT_EQ(holdouts_->due(), kNever);
  holdouts_->pump();
  EXPECT_FALSE(is_running());
}

TEST_F(HoldoutsTest, waits_until_the_machine_is_free_without_waking_the_loop) {
  is_free_ = false;
  activate("1.0.0");
  EXPECT_EQ(holdouts_->due(), kNever);
  holdouts_->pump();
  EXPECT_FALSE(is_running());
  is_free_ = true;
  EXPECT_EQ(holdouts_->due(), clock_.monotonic());
  settle();
  EXPECT_EQ(measured_.size(), 1u);
}

TEST_F(HoldoutsTest, what_is_under_way_gives_way_and_begins_anew) {
  const auto interruptions =
      std::vector<std::function<void()>>{[&] { holdouts_->give_way(); },  // another worker is about to run
                                         [&] {
                                           is_free_ = false;  // an update begins
                                           holdouts_->pump();
                                         }};
  for (const auto& interrupt : interruptions) {
    begin(kDay);
    does("exec sleep 1000");
    activate("1.0.0");
    holdouts_->pump();
    ASSERT_TRUE(is_running());
    interrupt();
    EXPECT_FALSE(is_running());
    is_free_ = true;
    answers(180);
    settle();
    EXPECT_EQ(right_, 180u);
    right_ = 0;
  }
}

TEST_F(HoldoutsTest, a_swap_drops_the_run_of_the_version_before) {
  does("exec sleep 1000");
  activate("1.0.0");
  holdouts_->pump();
  ASSERT_TRUE(is_running());
  answers(150);
  activate("1.1.0");
  settle();
  EXPECT_EQ(measured_, std::vector<std::string>{"defect 1.1.0"});
}

TEST_F(HoldoutsTest, one_model_is_measured_after_the_other) {
  activate(kModel, "1.0.0");
  activate(kOther, "1.0.0");
  settle();
  EXPECT_EQ(measured_, (std::vector<std::string>{"defect 1.0.0", "other 1.0.0"}));
}

TEST_F(HoldoutsTest, what_fails_is_tried_again_when_it_is_due_again) {
  const std::vector<std::string> failures = {
      "kill -SEGV $$", R"(echo '{"ok":false,"code":"out_of_memory","message":"too much"}'; exit 1)",
      "exit 0"};
  activate("1.0.0");
  for (const std::string& failure : failures) {
    does(failure);
    settle();
    EXPECT_EQ(holdouts_->due(), clock_.monotonic() + kDay) << failure;
    clock_.advance(kDay);
  }
  std::filesystem::remove(worker_.program());
  settle();
  clock_.advance(kDay);
  EXPECT_TRUE(measured_.empty());
  answers(199);
  settle();
  EXPECT_EQ(right_, 199u);
}

}  // namespace
}  // namespace drover::agent
