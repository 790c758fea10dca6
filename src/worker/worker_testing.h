#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "bundle/golden.h"
#include "bundle/worker_client.h"
#include "tables/npz.h"

namespace drover::worker {

using bundle::Manifest;
using bundle::WorkerOptions;
using tables::DType;
using tables::Tensor;

inline const std::string kModels = DROVER_SOURCE_DIR "/tests/data/models/";

inline Bytes read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

inline void write_bytes(const std::string& path, ByteView bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// drover-worker as the agent and the CLI meet it: a process, and a directory for what it reads and writes.
class Worker : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "drover-worker-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    options_.program = DROVER_BIN_DIR "/drover-worker";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  ProcessResult process(const Result<Command>& command) {
    Result<ProcessResult> result = run_process(*command);
    EXPECT_TRUE(result.has_value()) << result.error().text();
    return *std::move(result);
  }
  Result<bundle::InspectReport> inspect(ByteView model) {
    write_bytes(directory_ + "/model.tflite", model);
    return bundle::interpret_inspect(
        process(bundle::inspect_command(options_, directory_ + "/model.tflite")));
  }
  Result<bundle::RunReport> run(const std::string& model, const std::string& inputs,
                                const std::string& outputs, const std::string& manifest = {}) {
    return bundle::interpret_run(process(bundle::run_command(options_, model, inputs, outputs, manifest)));
  }
  Result<bundle::SmokeReport> smoke() {
    return bundle::interpret_smoke(process(bundle::smoke_command(options_, directory_)));
  }

  /// Writes an unpacked version of the int8 keyword model, its golden outputs computed by `run`.
  Manifest write_version() {
    Tensor inputs = *tables::make_tensor(DType::float32, {10, 49, 10, 1});
    for (std::size_t i = 0; i < inputs.count(); ++i) inputs.set(i, static_cast<double>(i * 7919 % 101) - 50);
    std::filesystem::create_directory(directory_ + "/golden");
    std::filesystem::copy_file(kModels + "kws_int8.tflite", directory_ + "/model.tflite");
    write_bytes(directory_ + "/golden/inputs.npy", tables::write_npy(inputs));
    const auto report = run(directory_ + "/model.tflite", directory_ + "/golden/inputs.npy",
                            directory_ + "/golden/outputs.npy");
    EXPECT_TRUE(report.has_value()) << report.error().text();
    Manifest manifest;
    manifest.name = *ModelName::parse("kws");
    manifest.version = *Version::parse("1.0.0");
    manifest.inputs = {{.name = "input_1", .dtype = DType::int8, .shape = {-1, 49, 10, 1}}};
    manifest.outputs = {{.name = "Identity", .dtype = DType::int8, .shape = {-1, 12}}};
    for (const char* path :
         {"model.tflite", "golden/inputs.npy", "golden/outputs.npy", "golden/tolerance.json"})
      manifest.members[path] = {};
    write_tolerance({});
    return manifest;
  }
  void write_manifest(const Manifest& manifest) {
    write_bytes(directory_ + "/manifest.json", as_bytes(bundle::to_json(manifest)));
  }
  void write_tolerance(const bundle::Tolerance& tolerance) {
    write_bytes(directory_ + "/golden/tolerance.json", as_bytes(bundle::to_json(tolerance)));
  }
  Tensor golden_outputs() { return *tables::read_npy(read_bytes(directory_ + "/golden/outputs.npy")); }
  void write_golden_outputs(const Tensor& outputs) {
    write_bytes(directory_ + "/golden/outputs.npy", tables::write_npy(outputs));
  }

  std::string directory_;
  WorkerOptions options_;
};

}  // namespace drover::worker
