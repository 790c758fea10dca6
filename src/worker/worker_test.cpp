#include <sched.h>
#include <signal.h>

#include "runtime/tiny_model.h"
#include "worker/worker_testing.h"

namespace drover::worker {
namespace {

namespace tiny = runtime::tiny;
using testing::HasSubstr;

TEST_F(Worker, InspectsARealModelInsideTheSandbox) {
  const auto report = inspect(read_bytes(kModels + "kws_float32.tflite"));
  ASSERT_TRUE(report.has_value()) << report.error().text();
  EXPECT_EQ(report->engine.delegate, "xnnpack");
  EXPECT_EQ(report->operators.at("DEPTHWISE_CONV_2D"), 4U);
  EXPECT_GT(report->latency.median_us, 0);
}

TEST_F(Worker, ASmokeTestOfItsOwnOutputsPasses) {
  write_manifest(write_version());
  const auto report = smoke();
  ASSERT_TRUE(report.has_value()) << report.error().text();
  EXPECT_EQ(report->samples, 10U);
  EXPECT_EQ(report->latency.runs, 10U);
  EXPECT_EQ(report->deviations.at(0).max_absolute, 0);
  EXPECT_GT(report->peak_memory_bytes, 0U);
}

TEST_F(Worker, ABrokenGoldenExpectationIsRefusedWithItsPlace) {
  write_manifest(write_version());
  Tensor outputs = golden_outputs();
  outputs.set(3 * 12 + 5, outputs.at(3 * 12 + 5) > 0 ? -128 : 127);
  write_golden_outputs(outputs);
  const auto report = smoke();
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, Code::smoke_output);
  EXPECT_THAT(report.error().text(), HasSubstr("1 of 10 golden samples differ on tflite (xnnpack)"));
  EXPECT_THAT(report.error().text(), HasSubstr("Identity"));
}

TEST_F(Worker, RealGoldenOutputsOfAQuantisedModelAreCompared) {
  write_manifest(write_version());
  const Tensor stored = golden_outputs();
  Tensor real = tables::convert(stored, DType::float32);
  for (std::size_t i = 0; i < real.count(); ++i) real.set(i, (stored.at(i) + 128) / 256);
  write_golden_outputs(real);
  EXPECT_TRUE(smoke().has_value());
  real.set(0, real.at(0) + 0.5);
  write_golden_outputs(real);
  EXPECT_EQ(smoke().error().code, Code::smoke_output);
}

TEST_F(Worker, AToleranceIsOfTheEngineAndDelegateThatRan) {
  write_manifest(write_version());
  Tensor outputs = golden_outputs();
  outputs.set(0, outputs.at(0) + (outputs.at(0) > 100 ? -3 : 3));
  write_golden_outputs(outputs);
  const bundle::ToleranceSet wide{.fallback = {.absolute = 5}, .outputs = {}};
  const bundle::ToleranceSet none{.fallback = {.absolute = 0, .relative = 0}, .outputs = {}};
  write_tolerance({.common = none, .engines = {{.engine = "tflite", .delegate = "none", .set = wide}}});
  EXPECT_EQ(smoke().error().code, Code::smoke_output);
  write_tolerance({.common = none, .engines = {{.engine = "tflite", .delegate = "xnnpack", .set = wide}}});
  EXPECT_TRUE(smoke().has_value());
}

TEST_F(Worker, ADelegateThatDoesNotRunTheModelIsMissing) {
  Manifest manifest = write_version();
  manifest.requirements["delegate"] = "xnnpack";
  write_manifest(manifest);
  EXPECT_TRUE(smoke().has_value());
  options_.delegate = "none";
  const auto report = smoke();
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, Code::delegate_missing);
}

TEST_F(Worker, HowMuchOfAModelTheDelegateRunsIsCounted) {
  const Bytes model = read_bytes(kModels + "kws_float32.tflite");
  const auto whole = inspect(model);
  ASSERT_TRUE(whole.has_value()) << whole.error().text();
  EXPECT_GT(whole->engine.nodes, 5U);
  EXPECT_GT(whole->engine.nodes_delegated, whole->engine.nodes / 2);
  options_.delegate = "none";
  const auto nothing = inspect(model);
  EXPECT_EQ(nothing->engine.nodes, whole->engine.nodes);
  EXPECT_EQ(nothing->engine.nodes_delegated, 0U);
}

TEST_F(Worker, ADelegateThatFallsBackOnMostOfAModelIsMissingWhereItDidNotWhenItWasPacked) {
  Manifest manifest = write_version();
  manifest.requirements["delegate"] = "xnnpack";
  manifest.inputs = {{.name = "x", .dtype = DType::float32, .shape = {1, 4}}};
  manifest.outputs = {{.name = "remainder10", .dtype = DType::float32, .shape = {1, 4}}};
  write_bytes(directory_ + "/model.tflite", tiny::write_model({tiny::mostly_on_the_cpu()}));
  write_bytes(directory_ + "/golden/inputs.npy",
              tables::write_npy(*tables::make_tensor(DType::float32, {10, 4})));
  write_golden_outputs(*tables::make_tensor(DType::float32, {10, 4}));
  write_manifest(manifest);
  const auto unknown = smoke();
  ASSERT_TRUE(unknown.has_value()) << "nobody said how much it ran: " << unknown.error().text();
  EXPECT_EQ(unknown->engine.nodes, 10U);
  EXPECT_EQ(unknown->engine.nodes_delegated, 1U);
  manifest.delegation = {.nodes = 10, .nodes_delegated = 2};
  write_manifest(manifest);
  EXPECT_TRUE(smoke().has_value()) << "a little less is another version of the runtime";
  manifest.delegation = {.nodes = 10, .nodes_delegated = 9};
  write_manifest(manifest);
  const auto report = smoke();
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, Code::delegate_missing);
  EXPECT_THAT(report.error().text(), HasSubstr("ran 9 of 10 operators where it was packed and runs 1 of 10"));
}

TEST_F(Worker, LimitsOfLatencyAndMemoryAreKept) {
  Manifest manifest = write_version();
  manifest.limits = {.latency_ms_max = 1e-6, .memory_mb_max = std::nullopt};
  write_manifest(manifest);
  EXPECT_EQ(smoke().error().code, Code::smoke_latency);
  manifest.limits = {.latency_ms_max = 1e6, .memory_mb_max = 1};
  write_manifest(manifest);
  EXPECT_EQ(smoke().error().code, Code::smoke_memory);
}

TEST_F(Worker, AManifestOfAnotherModelIsRefused) {
  Manifest manifest = write_version();
  manifest.inputs[0].shape = {-1, 10, 49, 1};
  write_manifest(manifest);
  EXPECT_EQ(smoke().error().code, Code::bad_manifest);
}

TEST_F(Worker, SeveralTensorsComeAndGoAsNpz) {
  write_bytes(directory_ + "/model.tflite", tiny::write_model({tiny::sum_and_product()}));
  Tensor a = *tables::make_tensor(DType::float32, {3, 4}), b = a;
  for (std::size_t i = 0; i < a.count(); ++i) {
    a.set(i, static_cast<double>(i));
    b.set(i, 2);
  }
  write_bytes(directory_ + "/in.npz", *tables::write_npz({{"b", b}, {"a", a}}));  // by name, not by place
  const auto report = run(directory_ + "/model.tflite", directory_ + "/in.npz", directory_ + "/out.npz");
  ASSERT_TRUE(report.has_value()) << report.error().text();
  const auto outputs = *tables::read_npz(read_bytes(directory_ + "/out.npz"));
  ASSERT_EQ(outputs.size(), 2U);
  for (const auto& [name, tensor] : outputs)
    for (std::size_t i = 0; i < tensor.count(); ++i)
      EXPECT_EQ(tensor.at(i), name == "sum" ? a.at(i) + 2 : a.at(i) * 2) << name;
}

TEST_F(Worker, EachSampleOfAStatefulModelStartsAnew) {
  write_bytes(directory_ + "/model.tflite", tiny::write_model({tiny::memory_of_three()}));
  Tensor x = *tables::make_tensor(DType::float32, {4, 1});
  for (std::size_t i = 0; i < 4; ++i) x.set(i, static_cast<double>(i + 1));
  write_bytes(directory_ + "/in.npy", tables::write_npy(x));
  ASSERT_TRUE(run(directory_ + "/model.tflite", directory_ + "/in.npy", directory_ + "/out.npy").has_value());
  EXPECT_EQ(tables::read_npy(read_bytes(directory_ + "/out.npy"))->bytes, x.bytes);
}

TEST_F(Worker, AModelThatAbortsInsideTheRuntimeIsRefusedWithTheRuntimesOwnWords) {
  const auto report = inspect(tiny::write_model({tiny::aborts_in_prepare()}));
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, Code::model_crashed) << report.error().text();
  EXPECT_THAT(report.error().text(), HasSubstr("SIGABRT"));
  EXPECT_THAT(report.error().text(), HasSubstr("aux_input->dims->data[0] didn't equal input->dims->data[0]"));
}

TEST_F(Worker, AnEndlessLoopIsEndedByTheCaller) {
  options_.time_max = std::chrono::milliseconds{1500};
  const auto report = inspect(tiny::write_model(tiny::endless_loop()));
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, Code::cpu_exceeded) << report.error().text();
  EXPECT_THAT(report.error().text(), HasSubstr("did not end within 1500 ms"));
}

/// The value of `key` in /proc/PID/status; empty when the process is gone.
std::string status_of(pid_t pid, const std::string& key) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key + ":\t")) return line.substr(key.size() + 2);
  return {};
}

TEST_F(Worker, ItDiesWithItsParent) {
  write_bytes(directory_ + "/model.tflite", tiny::write_model(tiny::endless_loop()));
  const auto parent = Child::start({.argv = {"/bin/sh", "-c", "\"$0\" inspect \"$1\" & wait",
                                             options_.program, directory_ + "/model.tflite"}});
  ASSERT_TRUE(parent.has_value());
  const auto give_up = system_clock().monotonic() + std::chrono::seconds{20};
  const auto in_time = [&] { return system_clock().monotonic() < give_up; };
  pid_t worker = 0;
  while (in_time() && status_of(worker, "Seccomp") != "2") {  // once the filter is on, it has asked
    std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", parent->pid()));
    children >> worker;
    ::sched_yield();
  }
  ASSERT_EQ(status_of(worker, "Seccomp"), "2");
  ::kill(parent->pid(), SIGKILL);
  while (in_time() && !status_of(worker, "State").empty() && !status_of(worker, "State").starts_with('Z'))
    ::sched_yield();
  EXPECT_THAT(status_of(worker, "State"), testing::AnyOf("", testing::StartsWith("Z")));
}

TEST_F(Worker, ADelegateThatNobodyKnowsIsMissing) {
  Manifest manifest = write_version();
  manifest.requirements["delegate"] = "vendor-npu";
  write_manifest(manifest);
  const auto report = smoke();
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, Code::delegate_missing);
  EXPECT_THAT(report.error().text(), HasSubstr("vendor-npu"));
}

TEST_F(Worker, AMissingRuntimeIsNamed) {
  auto command = *bundle::inspect_command(options_, kModels + "kws_int8.tflite");
  command.environment = {"DROVER_TFLITE_LIBRARY=/nonexistent/libtensorflowlite_c.so"};
  const auto report = bundle::interpret_inspect(process(command));
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, Code::runtime_missing);
}

/// Truncations and changed bytes of a real model: each an answer or an orderly refusal.
TEST_F(Worker, NoBrokenModelDoesMoreThanFail) {
  const Bytes good = read_bytes(kModels + "kws_int8.tflite");
  std::map<std::string, int> ends;
  const auto check = [&](const Bytes& bytes, const std::string& what) {
    const auto report = inspect(bytes);
    ++ends[report ? "ran" : std::string(name(report.error().code))];
    if (report) return;
    EXPECT_THAT((std::vector{Code::bad_model, Code::too_many, Code::model_crashed, Code::out_of_memory,
                             Code::invalid_argument}),
                testing::Contains(report.error().code))
        << what << ": " << report.error().text();
    EXPECT_FALSE(report.error().message.empty()) << what;
  };
  for (std::size_t i = 1; i <= 10; ++i) {
    const std::size_t size = good.size() * i / 11;
    check(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)),
          fmt::format("cut at {}", size));
  }
  // The tables stand at the file's two ends; between them lie weights.
  for (std::size_t i = 0; i < 40; ++i) {
    Bytes bad = good;
    const std::size_t at = i % 2 == 0 ? 8 + i * 61 : good.size() - 1 - i * 97;
    bad[at] ^= 0xffU;
    check(bad, fmt::format("byte {} changed", at));
  }
  EXPECT_GT(ends["bad_model"], 10);
  for (const auto& [end, count] : ends) RecordProperty(end, count);
}

}  // namespace
}  // namespace drover::worker
