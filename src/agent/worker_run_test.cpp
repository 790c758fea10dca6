#include "agent/worker_run.h"

#include <signal.h>

#include "agent/script_worker.h"
#include "bundle/worker_client.h"

namespace drover::agent {
namespace {

class WorkerRunTest : public testing::Test {
 protected:
  Result<std::unique_ptr<WorkerRun>> start(std::chrono::milliseconds time_max = std::chrono::minutes(1),
                                           Haste haste = Haste::update) {
    return WorkerRun::start(
        bundle::smoke_command({.program = worker_.program(), .delegate = {}, .time_max = time_max},
                              "/models/defect/versions/abc"),
        haste, [this](const ProcessResult& result) { ended_.push_back(bundle::interpret_smoke(result)); });
  }
  /// How a worker that does `script` ends.
  Code code_of(const std::string& script, std::chrono::milliseconds time_max = std::chrono::minutes(1)) {
    worker_.does(script);
    ended_.clear();
    const auto run = start(time_max);
    EXPECT_TRUE(run && run_until(**run, [&] { return !ended_.empty(); })) << script;
    return ended_.empty() || ended_[0] ? Code::internal : ended_[0].error().code;
  }

  ScriptWorker worker_;
  std::vector<Result<bundle::SmokeReport>> ended_;
};

TEST_F(WorkerRunTest, GivesTheWorkersReportOnceAndThenWantsNothing) {
  worker_.passes(12);
  const auto run = start();
  ASSERT_TRUE(run) << run.error().text();
  EXPECT_LT((*run)->due(), kNever);
  ASSERT_TRUE(run_until(**run, [&] { return !ended_.empty(); }));
  ASSERT_TRUE(ended_[0]) << ended_[0].error().text();
  EXPECT_EQ(ended_[0]->samples, 12u);
  (*run)->pump();
  EXPECT_EQ(ended_.size(), 1u);
  EXPECT_EQ((*run)->due(), kNever);
}

TEST_F(WorkerRunTest, TellsTheWorkerWhichVersionToTest) {
  EXPECT_EQ(code_of(R"(echo '{"ok":false,"code":"smoke_output","message":"'$1 $2'"}'; exit 1)"),
            Code::smoke_output);
  EXPECT_NE(ended_[0].error().text().find("smoke /models/defect/versions/abc"), std::string::npos);
}

TEST_F(WorkerRunTest, AnEndWithoutAReportIsARefusalInWords) {
  EXPECT_EQ(code_of("echo 'bad operator' >&2; kill -SEGV $$"), Code::model_crashed);
  EXPECT_NE(ended_[0].error().text().find("SIGSEGV"), std::string::npos);
  EXPECT_NE(ended_[0].error().text().find("bad operator"), std::string::npos);
  EXPECT_EQ(code_of("exit 0"), Code::model_crashed);
  EXPECT_EQ(code_of("echo '{\"ok\":true}'"), Code::model_crashed);
  EXPECT_EQ(code_of("exec sleep 1000", std::chrono::milliseconds(50)), Code::cpu_exceeded);
}

TEST_F(WorkerRunTest, AWorkerThatIsNotThereCannotBeStarted) {
  EXPECT_EQ(start().error().code, Code::not_found);
}

TEST_F(WorkerRunTest, WhatHasTimeLeavesTheMachineToOthers) {
  const std::filesystem::path go = worker_.directory() / "go";
  worker_.does("while [ ! -e " + go.string() +
               R"( ]; do :; done; echo '{"ok":false,"code":"smoke_output","message":"'$(nice)'"}'; exit 1)");
  const auto niceness = [&](Haste haste) {
    std::filesystem::remove(go);
    ended_.clear();
    const auto run = start(std::chrono::minutes(1), haste);
    std::ofstream(go) << "now";
    EXPECT_TRUE(run && run_until(**run, [&] { return !ended_.empty(); }));
    return ended_.empty() ? -1 : std::stoi(ended_[0].error().message);
  };
  EXPECT_EQ(niceness(Haste::none), std::max(10, niceness(Haste::update)));
}

TEST_F(WorkerRunTest, AnAbandonedRunEndsItsProcessAndTellsNobody) {
  const auto pid_file = worker_.directory() / "pid";
  worker_.does("echo $$ > " + pid_file.string() + ".new; mv " + pid_file.string() + ".new " +
               pid_file.string() + "; exec sleep 1000");
  auto run = start();
  ASSERT_TRUE(run);
  ASSERT_TRUE(run_until(**run, [&] { return std::filesystem::exists(pid_file); }));
  pid_t pid = 0;
  std::ifstream(pid_file) >> pid;
  ASSERT_GT(pid, 0);
  run->reset();
  EXPECT_EQ(::kill(pid, 0), -1) << "it is dead and reaped";
  EXPECT_TRUE(ended_.empty());
}

}  // namespace
}  // namespace drover::agent
