#include "bundle/worker_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace drover::bundle {
namespace {

using testing::HasSubstr;

ProcessResult ended(int exit_code, std::string out, std::string err = {}) {
  ProcessResult result;
  result.exit_code = exit_code;
  result.out = std::move(out);
  result.err = std::move(err);
  return result;
}

InspectReport example() {
  return {.size_bytes = 1234,
          .description = "made for a test",
          .inputs = {{.name = "x",
                      .dtype = "int8",
                      .shape = {-1, 49, 10, 1},
                      .quantisation = Quantisation{.scales = {0.5}, .zero_points = {-3}, .axis = 0}}},
          .outputs = {{.name = "y", .dtype = "float32", .shape = {-1, 12}, .quantisation = std::nullopt}},
          .operators = {{"CONV_2D", 5}, {"SOFTMAX", 1}},
          .engine = {.engine = "tflite",
                     .version = "2.20.0",
                     .delegate = "xnnpack",
                     .nodes = 13,
                     .nodes_delegated = 12},
          .latency = {.median_us = 44, .p95_us = 50, .max_us = 70.5, .runs = 100},
          .peak_memory_bytes = 10'000'000};
}

TEST(WorkerProtocol, AnInspectReportComesBackAsItWas) {
  const Result<InspectReport> read = parse_inspect_report(to_json(example()));
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ(read->inputs, example().inputs);
  EXPECT_EQ(read->outputs, example().outputs);
  EXPECT_EQ(read->operators, example().operators);
  EXPECT_EQ(read->engine.nodes, 13u);
  EXPECT_EQ(read->engine.nodes_delegated, 12u);
  EXPECT_EQ(to_json(*read), to_json(example()));
}

TEST(WorkerProtocol, ASmokeReportComesBackAsItWas) {
  const SmokeReport report{.samples = 12,
                           .engine = {.engine = "tflite",
                                      .version = "2.20.0",
                                      .delegate = "none",
                                      .nodes = 13,
                                      .nodes_delegated = 0},
                           .latency = {.median_us = 1, .p95_us = 2, .max_us = 3, .runs = 12},
                           .peak_memory_bytes = 5,
                           .deviations = {{.output = "y", .max_absolute = 1e-5, .top1_changes = 1}}};
  EXPECT_EQ(to_json(*parse_smoke_report(to_json(report))), to_json(report));
}

TEST(WorkerProtocol, ARefusalKeepsItsCodeAndWords) {
  const Error refusal{Code::bad_model, "buffer 3 ends behind the file", "model.tflite"};
  const Result<RunReport> read = parse_run_report(to_json(refusal));
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, Code::bad_model);
  EXPECT_EQ(read.error().text(), "model.tflite: buffer 3 ends behind the file");
}

TEST(WorkerProtocol, ANameThatIsNotUtf8IsStillReported) {
  InspectReport report = example();
  report.inputs[0].name = "\xff\xfe";
  EXPECT_TRUE(parse_inspect_report(to_json(report)).has_value());
}

TEST(WorkerClient, ACrashBecomesWordsWithTheRuntimesOwn) {
  ProcessResult result = ended(-1, "", "ERROR: tensor 7 is invalid\n");
  result.signal = SIGABRT;
  const Result<SmokeReport> report = interpret_smoke(result);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, Code::model_crashed);
  EXPECT_EQ(report.error().text(),
            "the model's process was killed by SIGABRT (it aborted itself); its last words: ERROR: tensor 7 "
            "is invalid");
}

TEST(WorkerClient, AHangAndAnEmptyMemoryHaveTheirOwnCodes) {
  ProcessResult hang = ended(-1, "");
  hang.timed_out = true;
  hang.time_max = std::chrono::milliseconds{50};
  EXPECT_EQ(interpret_inspect(hang).error().code, Code::cpu_exceeded);
  EXPECT_THAT(interpret_inspect(hang).error().text(), HasSubstr("did not end within 50 ms"));
  ProcessResult full = ended(-1, "", "terminate called after throwing an instance of 'std::bad_alloc'\n");
  full.signal = SIGABRT;
  EXPECT_EQ(interpret_inspect(full).error().code, Code::out_of_memory);
}

TEST(WorkerClient, AnOkDocumentWithABadExitIsNotBelieved) {
  EXPECT_EQ(interpret_inspect(ended(1, to_json(example()))).error().code, Code::model_crashed);
  EXPECT_TRUE(interpret_inspect(ended(0, to_json(example()))).has_value());
  EXPECT_EQ(interpret_inspect(ended(0, "{\"ok\":true}")).error().code, Code::model_crashed);
}

TEST(WorkerClient, TheCommandNamesWhatIsAsked) {
  const WorkerOptions options{
      .program = "/w", .delegate = "none", .time_max = std::chrono::seconds{5}, .memory_mb_max = 64};
  const Result<Command> command = run_command(options, "m.tflite", "x.npy", "y.npy", "manifest.json");
  ASSERT_TRUE(command.has_value());
  EXPECT_THAT(command->argv,
              testing::ElementsAre("/w", "run", "m.tflite", "--inputs=x.npy", "--outputs=y.npy",
                                   "--manifest=manifest.json", "--delegate=none", "--memory-mb-max=64",
                                   "--threads=1", "--cpu-seconds-max=6"));
  EXPECT_EQ(command->time_max, std::chrono::seconds{5});
}

TEST(WorkerClient, TheCpuTimeIsThatOfAllThreadsInTheTimeThatTheWorkerHas) {
  const auto last_argument = [](const WorkerOptions& options) {
    return inspect_command(options, "m.tflite")->argv.back();
  };
  EXPECT_EQ(last_argument({.program = "/w", .delegate = {}, .time_max = std::chrono::minutes{10}}),
            "--cpu-seconds-max=601");
  EXPECT_EQ(last_argument(
                {.program = "/w", .delegate = {}, .time_max = std::chrono::milliseconds{1500}, .threads = 4}),
            "--cpu-seconds-max=7");
}

}  // namespace
}  // namespace drover::bundle
