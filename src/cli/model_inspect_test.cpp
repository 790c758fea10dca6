#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include "base/process.h"

namespace drover::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string kModels = DROVER_SOURCE_DIR "/tests/data/models/";

ProcessResult drover(std::vector<std::string> arguments) {
  Command command{.argv = {DROVER_BIN_DIR "/drover"}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  Result<ProcessResult> result = run_process(command);
  EXPECT_TRUE(result.has_value()) << result.error().text();
  return *std::move(result);
}

TEST(ModelInspect, TellsAModelsInterfaceAndFigures) {
  const ProcessResult result = drover({"model", "inspect", kModels + "kws_int8.tflite", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json document = json::parse(result.out);
  EXPECT_EQ(document["inputs"][0]["name"], "input_1");
  EXPECT_EQ(document["inputs"][0]["dtype"], "int8");
  EXPECT_EQ(document["inputs"][0]["shape"], (json{-1, 49, 10, 1}));
  EXPECT_EQ(document["inputs"][0]["quantisation"]["zero_points"][0], 83);
  EXPECT_EQ(document["outputs"][0]["shape"], (json{-1, 12}));
  EXPECT_EQ(document["size_bytes"], 53936);
  EXPECT_EQ(document["operators"]["CONV_2D"], 5);
  EXPECT_EQ(document["delegate"], "xnnpack");
  EXPECT_GT(document["latency"]["median_us"], 0);
  EXPECT_GT(document["peak_memory_bytes"], 1'000'000);
}

TEST(ModelInspect, SaysTheSameForPeople) {
  const ProcessResult result = drover({"model", "inspect", kModels + "kws_float32.tflite"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("input_1  float32 [-1, 49, 10, 1]"));
  EXPECT_THAT(result.out, HasSubstr("delegate xnnpack"));
}

TEST(ModelInspect, RefusesWhatIsNoModelInWords) {
  const ProcessResult result = drover({"model", "inspect", DROVER_SOURCE_DIR "/README.md", "--json"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(json::parse(result.out)["error"]["code"], "bad_model");
  EXPECT_THAT(result.err, HasSubstr("README.md: neither a bundle"));
  EXPECT_THAT(result.err, HasSubstr("nor a .tflite file"));
}

TEST(ModelInspect, RefusesAHangWithTheLimit) {
  const ProcessResult result = drover({"model", "inspect", kModels + "kws_int8.tflite", "--time-max", "1ms"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("did not end within 1 ms"));
}

TEST(ModelInspect, WrongUsageIsTwo) {
  EXPECT_EQ(drover({"model", "inspect"}).exit_code, 2);
  EXPECT_EQ(drover({"model", "inspect", "x", "--time-max", "soon"}).exit_code, 2);
}

}  // namespace
}  // namespace drover::cli
