#include "agent/model_line.h"

#include "agent/repository_testing.h"
#include "agent/script_worker.h"
#include "agent/sim_device_testing.h"
#include "base/log.h"

namespace drover::agent {
namespace {

using lifecycle::State;

/// A line, the refresher it asks, and a repository to ask.
class ModelLineTest : public RepositoryTest {
 protected:
  void SetUp() override {
    log::start("model_line_test", log::Format::text, log::Level::error);
    RepositoryTest::SetUp();
    worker_.passes(10);
    ASSERT_TRUE(store_.open());
  }

  Digest publish(const char* version, const std::string& variant = "",
                 const std::map<std::string, std::string>& requirements = {}) {
    const SimVersion made = sim_version(std::string(version));
    EXPECT_TRUE(publisher_.publish_bundle(made.version, made.bundle, "", variant, requirements));
    return made.digest;
  }
  void assign(const char* version) {
    line_.updater().assign({.version = *Version::parse(version), .order = ++order_});
  }
  const lifecycle::Record& record() { return line_.updater().record(); }
  State state() { return record().state; }
  std::string why() { return record().error ? record().error->message : ""; }
  std::optional<Code> code() { return record().error ? std::optional(record().error->code) : std::nullopt; }

  void pump() {
    refresher_.pump();
    line_.pump();
  }
  /// Lets the network and the worker do their work until the line is in `wanted`.
  [[nodiscard]] bool run_to(State wanted) {
    return run_until(line_, [&] {
      refresher_.pump();
      while (http_.open() > 0 && state() != wanted) {
        answer_one();
        pump();
      }
      return state() == wanted;
    });
  }
  void install(const char* version) {
    assign(version);
    ASSERT_TRUE(run_to(State::probation)) << why();
  }

  static UpdaterOptions options() {
    UpdaterOptions options;
    options.device.arch = "x86_64";
    options.disk_reserve_bytes = 0;
    return options;
  }
  LineServices services() {
    return {
        .outside = outside_,
        .refresher = refresher_,
        .worker = {.program = worker_.program(), .delegate = {}},
        .download = {},
        .unpack = [](fs::FileSystem& files, const fs::Path& bundle, const fs::Path& into,
                     const std::stop_token&) { return sim_unpack(files, bundle, into); },
        .active_changed = [this](const ModelName&, const lifecycle::Installed&) { ++active_changes_; },
        .report = [this](const ModelName&, const lifecycle::Report& report) { reports_.push_back(report); },
        .before_smoke_test = [this] { ++smoke_tests_; }};
  }

  ScriptWorker worker_;
  DeviceStore store_{files_, "/drover"};
  std::uint64_t order_ = 0;
  int active_changes_ = 0, smoke_tests_ = 0;
  std::vector<lifecycle::Report> reports_;
  Refresher refresher_{
      outside_, trust_, urls_, {.every = std::chrono::hours(1), .jitter = 0}, [this](const Status& status) {
        line_.refreshed(status);
      }};
  ModelLine line_{defect_, store_, services(), options()};
};

TEST_F(ModelLineTest, CarriesAnAssignmentThroughNetworkAndWorkerToProbation) {
  const Digest digest = publish("1.0.0");
  install("1.0.0");
  EXPECT_EQ(record().active->digest, digest);
  EXPECT_EQ(*store_.active(defect_), digest);
  EXPECT_EQ(active_changes_, 1);
  EXPECT_EQ(reports_.back().state, State::probation);
}

TEST_F(ModelLineTest, SaysWhileAnUpdateIsAtWorkAndThatASmokeTestBegins) {
  publish("1.0.0");
  EXPECT_FALSE(line_.is_at_work());
  assign("1.0.0");
  EXPECT_TRUE(line_.is_at_work());
  ASSERT_TRUE(run_to(State::smoke_testing));
  EXPECT_TRUE(line_.is_at_work());
  ASSERT_TRUE(run_to(State::probation)) << why();
  EXPECT_EQ(smoke_tests_, 1);
  EXPECT_FALSE(line_.is_at_work());
}

TEST_F(ModelLineTest, ALookAtTheActiveVersionIsWorkToo) {
  publish("1.0.0");
  install("1.0.0");
  line_.updater().runs_under({{"engine", "tflite 1"}});
  EXPECT_FALSE(line_.is_at_work());
  EXPECT_TRUE(run_until(line_, [&] { return lifecycle::at_rest(state()) && line_.is_at_work(); }));
  EXPECT_TRUE(run_until(line_, [&] { return smoke_tests_ == 2; }));
}

TEST_F(ModelLineTest, TheWorkerIsToldTheMemoryAndTheCpuTimeThatItHas) {
  bundle::SmokeReport report;
  report.samples = 10;
  worker_.does("echo \"$@\" > \"$(dirname \"$0\")/told\"; cat <<'END'\n" + bundle::to_json(report) + "\nEND");
  publish("1.0.0");
  install("1.0.0");
  std::ifstream file(worker_.directory() / "told");
  const std::string told{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_NE(told.find("--memory-mb-max="), std::string::npos) << told;
  EXPECT_NE(told.find("--cpu-seconds-max=61"), std::string::npos) << told;
}

TEST_F(ModelLineTest, WhatRequiresMoreMemoryThanAModelMayTakeNowIsNotFetched) {
  UpdaterOptions little = options();
  little.device.memory_mb = 4096;
  little.memory_mb_max = [](std::uint64_t) { return std::uint64_t{750}; };
  ModelLine line{*ModelName::parse("defect"), store_, services(), little};
  Updater& updater = line.updater();
  updater.assign({.version = *Version::parse("1.0.0"), .order = 1});
  line.pump();
  ASSERT_EQ(updater.record().state, State::checking);
  Offer offer{.candidates = {{.version = *Version::parse("1.0.0"),
                              .target = {.digest = sha256("x"), .length = 1, .path = "p", .variant = {}},
                              .requirements = {{"memory_mb", "751"}}}},
              .time = {}};
  updater.offer(offer);
  ASSERT_TRUE(updater.record().error);
  EXPECT_EQ(updater.record().error->code, Code::out_of_memory);
  EXPECT_NE(updater.record().error->message.find("750 MiB"), std::string::npos)
      << updater.record().error->message;
}

/// The refresh may have read the metadata before the version was published.
TEST_F(ModelLineTest, ARefreshUnderWayDoesNotAnswerAnAssignmentThatCameDuringIt) {
  publish("1.0.0");
  refresher_.follow(repo::model_target_path(defect_, *Version::parse("1.0.0"), ""));
  refresher_.pump();
  answer_one();  // no newer root
  refresher_.pump();
  const std::string before = publisher_.served().at("timestamp.json");
  publish("1.1.0");
  assign("1.1.0");
  pump();
  ASSERT_EQ(state(), State::checking);
  http_.end(answer(200, before));
  ASSERT_TRUE(run_to(State::probation)) << why();
  EXPECT_EQ(record().active->version.str(), "1.1.0");
  for (const lifecycle::Report& report : reports_) EXPECT_FALSE(report.error) << report.error->message;
}

TEST_F(ModelLineTest, ANetworkThatIsDownIsAskedAgain) {
  publish("1.0.0");
  serve(refresher_);
  assign("1.0.0");
  pump();
  pump();
  ASSERT_EQ(http_.open(), 1u);
  http_.end(fail(Code::unreachable, "no route"));
  pump();
  EXPECT_EQ(state(), State::checking);
  EXPECT_EQ(code(), Code::unreachable);
  EXPECT_LT(line_.due(), kNever);
  clock_.advance(line_.due() - clock_.monotonic());
  ASSERT_TRUE(run_to(State::probation)) << why();
  EXPECT_FALSE(code());
}

struct Refusal {
  const char* version;
  Code code;
  const char* word;
};

TEST_F(ModelLineTest, WhatTheMetadataDoNotOfferIsRefusedByNameBeforeAByteIsFetched) {
  publish("1.0.0");
  publish("1.1.0", "arm", {{"arch", "aarch64"}});
  publish("1.2.0");
  ASSERT_TRUE(publisher_.change([&](repo::Edit& edit) -> Status {
    DROVER_TRY(edit.yank(defect_, *Version::parse("1.2.0"), "bad lamp"));
    return {};
  }));
  for (const auto& [version, code_wanted, word] :
       {Refusal{"9.0.0", Code::not_found, "9.0.0"}, Refusal{"1.1.0", Code::no_variant, "aarch64"},
        Refusal{"1.2.0", Code::yanked, "bad lamp"}}) {
    assign(version);
    ASSERT_TRUE(run_to(State::idle)) << version;
    EXPECT_EQ(code(), code_wanted) << version;
    EXPECT_NE(why().find(word), std::string::npos) << why();
    EXPECT_TRUE(files_.list(store_.paths(defect_).staging())->empty());
  }
  EXPECT_FALSE(record().active);
}

TEST_F(ModelLineTest, AWrongClockIsToldAsThatAndNotAsExpiredMetadata) {
  publish("1.0.0");
  clock_.set(publisher_.now + std::chrono::days(4000));
  assign("1.0.0");
  ASSERT_TRUE(run_to(State::idle));
  EXPECT_EQ(code(), Code::clock_untrusted) << why();
  clock_.set(publisher_.now + std::chrono::days(2));  // the timestamp's life is over, the root's is not
  assign("1.0.0");
  ASSERT_TRUE(run_to(State::idle));
  EXPECT_EQ(code(), Code::metadata_expired) << why();
}

TEST_F(ModelLineTest, AnotherAssignmentAbandonsTheDownload) {
  publish("1.0.0");
  publish("1.1.0");
  assign("1.0.0");
  ASSERT_TRUE(run_to(State::downloading));
  pump();
  ASSERT_NE(http_.request_to("defect-1.0.0"), nullptr);
  EXPECT_EQ(line_.downloaded_bytes(), 0u);
  assign("1.1.0");
  EXPECT_EQ(http_.request_to("defect-1.0.0"), nullptr);
  EXPECT_FALSE(line_.downloaded_bytes());
  ASSERT_TRUE(run_to(State::probation)) << why();
  EXPECT_EQ(record().active->version.str(), "1.1.0");
}

TEST_F(ModelLineTest, AWorkerThatDiesRefusesTheVersionAndLeavesTheRunningOne) {
  publish("1.0.0");
  publish("1.1.0");
  install("1.0.0");
  worker_.does("kill -ABRT $$");
  assign("1.1.0");
  ASSERT_TRUE(run_until(line_, [&] {
    refresher_.pump();
    while (http_.open() > 0) answer_one(), pump();
    return code().has_value();
  }));
  EXPECT_EQ(code(), Code::model_crashed);
  EXPECT_EQ(record().active->version.str(), "1.0.0");
}

TEST_F(ModelLineTest, WithoutAWorkerTheTestIsTriedAgain) {
  publish("1.0.0");
  std::filesystem::remove(worker_.program());
  assign("1.0.0");
  ASSERT_TRUE(run_to(State::smoke_testing));
  pump();
  EXPECT_EQ(state(), State::smoke_testing);
  EXPECT_EQ(code(), Code::not_found);
  worker_.passes(10);
  clock_.advance(line_.due() - clock_.monotonic());
  EXPECT_TRUE(run_to(State::probation)) << why();
}

TEST_F(ModelLineTest, PassesOnWhatIsNewInTheRingsSumsAndNothingTwice) {
  const Digest digest = publish("1.0.0");
  install("1.0.0");
  RingDrain::Model seen;
  const auto record_one = [&](ring::Outcome outcome) {
    seen.tally.add(
        {.latency_ns = 5'000'000, .outcome = outcome, .confidence = 0.75F, .digest = digest.bytes});
  };
  const auto counts = [](std::uint64_t samples, std::uint64_t errors, std::uint64_t nans) {
    lifecycle::Counts all{.samples = samples,
                          .errors = errors,
                          .nans = nans,
                          .confident = samples,
                          .confidence_sum = 0.75 * static_cast<double>(samples)};
    all.latency.add(std::chrono::milliseconds(5), samples);
    return all;
  };
  record_one(ring::Outcome::ok);
  record_one(ring::Outcome::failed);
  line_.observe(seen);
  line_.observe(seen);
  EXPECT_EQ(record().trial->after, counts(2, 1, 0));
  EXPECT_TRUE(record().trial->adopted);
  record_one(ring::Outcome::ok);
  line_.observe(seen);
  EXPECT_EQ(record().trial->after.samples, 3u);
  for (int other = 0; other < 8; ++other)  // make the sums of ours begin anew
    seen.tally.add({.timestamp_ns = 1, .digest = sha256(std::to_string(other)).bytes});
  line_.observe(seen);
  record_one(ring::Outcome::nan);
  line_.observe(seen);
  EXPECT_EQ(record().trial->after, counts(4, 2, 1));
}

TEST_F(ModelLineTest, ADeathUnderTheVersionBeforeIsNoReasonToTakeTheNewOneBack) {
  const Digest old = publish("1.0.0"), now = publish("1.1.0");
  install("1.0.0");
  RingDrain::Model seen;
  for (int i = 0; i < 1000; ++i) seen.tally.add({.digest = old.bytes});
  line_.observe(seen);
  clock_.advance(std::chrono::hours(1));
  ASSERT_TRUE(run_to(State::idle)) << why();
  install("1.1.0");
  for (int i = 0; i < 10; ++i) seen.tally.add_death(old, i);
  line_.observe(seen);
  pump();
  EXPECT_EQ(state(), State::probation);
  EXPECT_EQ(record().trial->after.crashes, 0u);

  for (int i = 0; i < 10; ++i) seen.tally.add_death(now, i);
  line_.observe(seen);
  ASSERT_TRUE(run_to(State::idle)) << why();
  EXPECT_EQ(code(), Code::probation_crash);
  EXPECT_EQ(record().active->digest, old);
}

}  // namespace
}  // namespace drover::agent
