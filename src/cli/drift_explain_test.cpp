#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/process.h"
#include "monitor/testing.h"
#include "monitor/watch.h"

namespace drover::cli {
namespace {

/// The verdict of a lamp that dimmed.
nlohmann::json verdict() {
  policy::Policy policy;
  policy.detectors = {{.name = "inputs"}};
  auto watch = *monitor::Watch::make(monitor::testing::baseline(), {"good", "defect"}, policy, {});
  watch->tick(0);
  for (const auto& record : monitor::testing::inferences(600, 5, 70)) watch->add(record);
  const auto closed = watch->tick(60'000);
  return closed->findings.at(0).verdict;
}

class ExplainTest : public testing::Test {
 protected:
  ProcessResult explain(const nlohmann::json& document) {
    std::ofstream(path_) << document.dump();
    return *run_process({.argv = {DROVER_BIN_DIR "/drover", "drift", "explain", path_.string()}});
  }
  ~ExplainTest() override { std::filesystem::remove(path_); }

  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("explain-" + std::to_string(getpid()) + ".json");
};

TEST_F(ExplainTest, makes_an_alarm_again_from_an_alert) {
  const ProcessResult said = explain({{"rule", "inputs/light"}, {"verdict", verdict()}});
  EXPECT_TRUE(said.ok()) << said.err;
  EXPECT_NE(said.out.find("urn on light: location down"), std::string::npos) << said.out;
  EXPECT_NE(said.out.find("the same, to the bit"), std::string::npos) << said.out;
}

TEST_F(ExplainTest, refuses_numbers_that_do_not_make_the_decision) {
  nlohmann::json forged = verdict();
  auto evidence = *drift::parse_evidence(*from_hex(forged["evidence"].get<std::string>()));
  evidence.alarm.statistic += 1;
  forged["evidence"] = hex(drift::to_bytes(evidence));
  const ProcessResult said = explain(forged);
  EXPECT_EQ(said.exit_code, 1);
  EXPECT_NE(said.err.find("do not make this decision"), std::string::npos) << said.err;
}

TEST_F(ExplainTest, says_what_is_no_verdict) {
  EXPECT_NE(explain({{"kind", "rule"}}).err.find("schema"), std::string::npos);
  EXPECT_NE(explain(nlohmann::json::array()).err.find("holds no verdict"), std::string::npos);
}

}  // namespace
}  // namespace drover::cli
