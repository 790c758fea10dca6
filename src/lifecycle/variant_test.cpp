#include "lifecycle/variant.h"

#include <gtest/gtest.h>

namespace drover::lifecycle {
namespace {

const DeviceProperties kDevice{.arch = "aarch64",
                               .runtime = "tflite",
                               .runtime_version = *Version::parse("2.20.0"),
                               .delegates = {"xnnpack", "gpu"},
                               .memory_mb = 1024,
                               .labels = {{"site", "oslo"}, {"line", "3"}}};

Candidate candidate(std::string variant, std::map<std::string, std::string> requirements) {
  return {
      .version = *Version::parse("1.1.0"),
      .target = {.digest = sha256(variant), .length = 1, .size_unpacked = 1, .path = {}, .variant = variant},
      .requirements = std::move(requirements)};
}

TEST(Variant, a_lack_is_named_with_what_the_device_has) {
  struct Row {
    std::map<std::string, std::string> requirements;
    std::string_view lack;
  };
  const Row kRows[] = {
      {{}, ""},
      {{{"arch", "aarch64"}}, ""},
      {{{"arch", "x86_64, aarch64"}}, ""},
      {{{"arch", "x86_64"}}, "arch x86_64 (this device: aarch64)"},
      {{{"runtime", "tflite"}}, ""},
      {{{"runtime", "tflite>=2.20.0"}}, ""},
      {{{"runtime", "tflite>=2.21.0"}}, "runtime tflite>=2.21.0 (this device: tflite 2.20.0)"},
      {{{"runtime", "onnx"}}, "runtime onnx (this device: tflite 2.20.0)"},
      {{{"delegate", "gpu"}}, ""},
      {{{"delegate", "xnnpack,gpu"}}, "delegate xnnpack,gpu (this device: gpu, xnnpack)"},
      {{{"delegate", "edgetpu"}}, "delegate edgetpu (this device: gpu, xnnpack)"},
      {{{"memory_mb", "1024"}}, ""},
      {{{"memory_mb", "1025"}}, "memory_mb 1025 (this device: 1024)"},
      {{{"memory_mb", "much"}}, "memory_mb much (this device: 1024)"},
      {{{"labels", "site=oslo,line=3"}}, ""},
      {{{"labels", "site=oslo,line=4"}}, "label line=4 (this device: 3)"},
      {{{"label.site", "bergen"}}, "label site=bergen (this device: oslo)"},
      {{{"label.floor", "2"}}, "label floor=2 (this device has no such label)"},
      {{{"gravity", "low"}}, "gravity=low (this agent does not know what that is)"},
      {{{"arch", "x86_64"}, {"memory_mb", "2048"}},
       "arch x86_64 (this device: aarch64) and memory_mb 2048 (this device: 1024)"},
  };
  for (const Row& row : kRows) EXPECT_EQ(lack(row.requirements, kDevice), row.lack);
}

TEST(Variant, the_most_specific_one_that_fits_wins) {
  const std::vector<Candidate> offered = {
      candidate("any", {}),
      candidate("arm", {{"arch", "aarch64"}}),
      candidate("arm-gpu", {{"arch", "aarch64"}, {"delegate", "gpu"}}),
      candidate("arm-tpu", {{"arch", "aarch64"}, {"delegate", "edgetpu"}, {"memory_mb", "512"}}),
  };
  EXPECT_EQ(choose_variant(offered, *Version::parse("1.1.0"), kDevice)->target.variant, "arm-gpu");
}

TEST(Variant, of_equals_the_one_that_wants_more_memory_wins_and_then_the_first_by_name) {
  const std::vector<Candidate> offered = {candidate("small", {{"memory_mb", "256"}}),
                                          candidate("large", {{"memory_mb", "1000"}})};
  EXPECT_EQ(choose_variant(offered, *Version::parse("1.1.0"), kDevice)->target.variant, "large");
  const std::vector<Candidate> equals = {candidate("b", {}), candidate("a", {})};
  EXPECT_EQ(choose_variant(equals, *Version::parse("1.1.0"), kDevice)->target.variant, "a");
}

TEST(Variant, when_none_fits_each_ones_lack_is_told) {
  const std::vector<Candidate> offered = {candidate("tpu", {{"delegate", "edgetpu"}}),
                                          candidate("pc", {{"arch", "x86_64"}})};
  const auto chosen = choose_variant(offered, *Version::parse("1.1.0"), kDevice);
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, Code::no_variant);
  EXPECT_EQ(chosen.error().message,
            "version 1.1.0 does not run here: variant tpu needs delegate edgetpu (this device: gpu, "
            "xnnpack); variant pc "
            "needs arch x86_64 (this device: aarch64)");
}

TEST(Variant, a_version_that_nobody_published_is_not_found) {
  EXPECT_EQ(choose_variant({}, *Version::parse("9.0.0"), kDevice).error().code, Code::not_found);
}

}  // namespace
}  // namespace drover::lifecycle
