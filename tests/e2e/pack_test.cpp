// `drover model pack|inspect|unpack` on the two MLPerf Tiny models, with the real runtime in the real worker.
#include <algorithm>

#include "e2e/programs.h"
#include "tables/npz.h"

namespace drover::e2e {
namespace {

using tables::DType;
using tables::Tensor;

const std::string kModels = DROVER_SOURCE_DIR "/tests/data/models/";

class Pack : public Programs {
 protected:
  /// A table of pseudo-random bytes, or of floats in [−16, 16).
  static Tensor table(DType dtype, std::vector<std::int64_t> shape) {
    Tensor tensor = *tables::make_tensor(dtype, std::move(shape));
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < tensor.count(); ++i) {
      state = state * 1664525 + 1013904223;
      const auto byte = static_cast<double>(state >> 24);
      tensor.set(i, dtype == DType::uint8 ? byte : (byte - 128) / 8);
    }
    return tensor;
  }
  void write_npy(const std::string& name, const Tensor& tensor) const {
    const Bytes bytes = tables::write_npy(tensor);
    write(name, as_text(bytes));
  }
  /// Packs `model` as kws 1.0.0 into kws.drover.
  [[nodiscard]] Outcome pack(const std::string& model, std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"model", "pack", kModels + model,    "--name", "kws", "--version",
                                          "1.0.0", "-o",   file("kws.drover"), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return drover(arguments);
  }
  [[nodiscard]] std::string message(const Outcome& outcome) const {
    return outcome.json.is_object() && outcome.json.contains("error")
               ? outcome.json["error"]["message"].get<std::string>()
               : outcome.out + outcome.err;
  }
  void SetUp() override {
    Programs::SetUp();
    write_npy("inputs.npy", table(DType::float32, {12, 49, 10, 1}));
  }
};

TEST_F(Pack, BothModelsPackPassTheirSmokeTestAndUnpack) {
  for (const char* model : {"kws_float32.tflite", "kws_int8.tflite"}) {
    const Outcome packed = pack(model, {"--golden", file("inputs.npy")});
    ASSERT_EQ(packed.exit_code, 0) << packed.err;
    EXPECT_TRUE(packed.json["verified"]);
    EXPECT_EQ(packed.json["golden"]["samples"], 12);
    EXPECT_EQ(packed.json["smoke"]["samples"], 12);
    EXPECT_EQ(packed.json["smoke"]["engine"]["delegate"], "xnnpack");
    EXPECT_GT(packed.json["smoke"]["engine"]["nodes_delegated"], 0);

    const std::string directory = file(std::string(model) + ".d");
    const Outcome unpacked = drover({"model", "unpack", file("kws.drover"), "-C", directory, "--json"});
    ASSERT_EQ(unpacked.exit_code, 0) << unpacked.err;
    EXPECT_EQ(unpacked.json["digest"], packed.json["digest"]);
    EXPECT_EQ(read(std::string(model) + ".d/model.tflite").size(),
              std::filesystem::file_size(kModels + model));
    EXPECT_EQ(drover({"model", "unpack", file("kws.drover"), "-C", directory}).exit_code, 1) << "not empty";

    const Outcome inspected = drover({"model", "inspect", file("kws.drover"), "--json"});
    ASSERT_EQ(inspected.exit_code, 0) << inspected.err;
    EXPECT_EQ(inspected.json["bundle"]["version"], "1.0.0");
    EXPECT_EQ(inspected.json["inputs"][0]["name"], "input_1");
    EXPECT_TRUE(inspected.json["bundle"]["members"].contains("policy.toml"));
  }
}

TEST_F(Pack, TwoPacksOfTheSameInputAreTheSameFile) {
  const std::vector<std::string> arguments = {"--golden", file("inputs.npy"), "--created",
                                              "2026-01-31T12:00:00Z"};
  const Outcome first = pack("kws_float32.tflite", arguments);
  const std::string file_of_first = read("kws.drover");
  const Outcome second = pack("kws_float32.tflite", arguments);
  ASSERT_EQ(second.exit_code, 0) << second.err;
  EXPECT_EQ(first.json["digest"], second.json["digest"]);
  EXPECT_EQ(read("kws.drover"), file_of_first);
}

TEST_F(Pack, SourceDateEpochIsTheDate) {
  const Outcome packed = drover({"model", "pack", kModels + "kws_int8.tflite", "--name", "kws", "--version",
                                 "1.0.0", "--golden", file("inputs.npy"), "-o", file("kws.drover"), "--json"},
                                {"SOURCE_DATE_EPOCH=1700000000"});
  ASSERT_EQ(packed.exit_code, 0) << packed.err;
  EXPECT_EQ(packed.json["created"], "2023-11-14T22:13:20Z");
}

TEST_F(Pack, FewerThanTenGoldenSamplesAreRefused) {
  write_npy("nine.npy", table(DType::float32, {9, 49, 10, 1}));
  const Outcome packed = pack("kws_float32.tflite", {"--golden", file("nine.npy")});
  EXPECT_EQ(packed.exit_code, 2);
  EXPECT_NE(message(packed).find("9 golden samples; at least 10 are needed"), std::string::npos)
      << message(packed);
}

TEST_F(Pack, OutputsThatTheModelDoesNotGiveAreNoticedHere) {
  write_npy("wrong.npy", *tables::make_tensor(DType::float32, {12, 12}));
  const std::string golden = file("inputs.npy") + "," + file("wrong.npy");
  const Outcome refused = pack("kws_float32.tflite", {"--golden", golden});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(refused.json["error"]["code"], "smoke_output");
  EXPECT_NE(message(refused).find("golden sample 0, output \"Identity\", index"), std::string::npos)
      << message(refused);
  EXPECT_FALSE(std::filesystem::exists(file("kws.drover")));
  EXPECT_FALSE(std::filesystem::exists(file("kws.drover.part")));

  const Outcome packed = pack("kws_float32.tflite", {"--golden", golden, "--no-verify"});
  EXPECT_EQ(packed.exit_code, 0) << packed.err;
  EXPECT_FALSE(packed.json["verified"]);
}

TEST_F(Pack, ADelegateThatRoundsDifferentlyIsAcceptedWhenItsEntrySaysSo) {
  // This model's weights are quantised: XNNPACK's kernels and the built-in ones differ by several
  // thousandths.
  ASSERT_EQ(pack("kws_float32.tflite", {"--golden", file("inputs.npy"), "--delegate", "none"}).exit_code, 0);
  ASSERT_EQ(drover({"model", "unpack", file("kws.drover"), "-C", file("d")}).exit_code, 0);
  const std::string golden = file("inputs.npy") + "," + file("d/golden/outputs.npy");
  const std::string strict = R"({"schema":1,"default":{"absolute":0.001,"same_top1":true},"engines":[)";
  write("strict.json", strict + "]}");
  write("entry.json",
        strict + R"({"engine":"tflite","delegate":"xnnpack","default":{"absolute":0.1,"same_top1":true}}]})");
  const auto on_xnnpack = [&](const std::string& tolerance) {
    return pack("kws_float32.tflite",
                {"--golden", golden, "--tolerance", file(tolerance), "--delegate", "xnnpack"});
  };
  EXPECT_EQ(on_xnnpack("strict.json").json["error"]["code"], "smoke_output");
  const Outcome accepted = on_xnnpack("entry.json");
  ASSERT_EQ(accepted.exit_code, 0) << accepted.err;
  EXPECT_EQ(accepted.json["smoke"]["engine"]["delegate"], "xnnpack");
  EXPECT_GT(accepted.json["smoke"]["deviations"][0]["max_absolute"], 0.001);
}

TEST_F(Pack, WarnsWhenAnotherDelegateWouldRefuseTheVersion) {
  const Outcome packed = pack("kws_float32.tflite", {"--golden", file("inputs.npy")});
  ASSERT_EQ(packed.exit_code, 0) << packed.err;
  ASSERT_EQ(packed.json["warnings"].size(), 1u);
  EXPECT_NE(packed.json["warnings"][0].get<std::string>().find("differ on tflite (none)"), std::string::npos);
}

TEST_F(Pack, AnotherResizeOfRawImagesIsRefused) {
  write_npy("images.npy", table(DType::uint8, {12, 30, 20, 1}));
  const std::string how = R"({"width":10,"height":49,"channels":"grey","offset":128,"scale":0.2,"resize":")";
  write("bilinear.json", how + "bilinear\"}");
  write("nearest.json", how + "nearest\"}");
  const Outcome packed =
      pack("kws_float32.tflite", {"--golden", file("images.npy"), "--preprocess", file("bilinear.json")});
  ASSERT_EQ(packed.exit_code, 0) << packed.err;
  ASSERT_EQ(drover({"model", "unpack", file("kws.drover"), "-C", file("d")}).exit_code, 0);
  EXPECT_EQ(nlohmann::json::parse(read("d/manifest.json"))["samples"], "images");
  const std::string golden = file("images.npy") + "," + file("d/golden/outputs.npy");
  const Outcome other =
      pack("kws_float32.tflite", {"--golden", golden, "--preprocess", file("nearest.json")});
  EXPECT_EQ(other.json["error"]["code"], "smoke_output") << other.out;
}

TEST_F(Pack, BaselineHoldoutLabelsAndRequirementsComeAlong) {
  std::string csv = "mean,confidence,class\n";
  for (int i = 0; i < 250; ++i) csv += fmt::format("{},0.{},{}\n", i, i, i % 2 == 0 ? "yes" : "no");
  write("reference.csv", csv);
  write_npy("holdout.npy", table(DType::float32, {20, 49, 10, 1}));
  write_npy("labels.npy", *tables::make_tensor(DType::int64, {20}));
  const Outcome packed =
      pack("kws_int8.tflite",
           {"--golden", file("inputs.npy"), "--reference", file("reference.csv"), "--holdout",
            file("holdout.npy") + "," + file("labels.npy"), "--labels", "a,b,c,d,e,f,g,h,i,j,k,l",
            "--variant", "arm", "--requires", "arch=aarch64", "--requires", "memory_mb=64"});
  ASSERT_EQ(packed.exit_code, 0) << packed.err;
  EXPECT_EQ(packed.json["holdout"]["samples"], 20) << packed.out;
  EXPECT_EQ(packed.json["holdout"]["by_class"].size(), 12u);
  const Outcome shown = drover({"model", "inspect", file("kws.drover"), "--json"});
  const auto& bundle = shown.json["bundle"];
  EXPECT_EQ(bundle["variant"], "arm");
  EXPECT_EQ(bundle["requires"]["arch"], "aarch64");
  EXPECT_EQ(bundle["labels"].size(), 12u);
  for (const char* member : {"baseline.json", "holdout/inputs.npy", "holdout/labels.npy"})
    EXPECT_TRUE(bundle["members"].contains(member)) << member;
}

TEST_F(Pack, ABadRuleIsRefusedWithLineAndColumn) {
  std::string csv = "blur,confidence\n";
  for (int i = 0; i < 250; ++i) csv += fmt::format("{},0.{}\n", i, i);
  write("reference.csv", csv);
  const auto pack_with = [&](std::string_view when) {
    write("policy.toml", fmt::format("[[rule]]\nname = \"a\"\nwhen = \"{}\"\n", when));
    return pack("kws_int8.tflite", {"--golden", file("inputs.npy"), "--reference", file("reference.csv"),
                                    "--labels", "a,b,c,d,e,f,g,h,i,j,k,l", "--policy", file("policy.toml")});
  };
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"mean(confidence) <> 0.75", "policy.toml: line 3, column 27: when: a number is needed"},
      {"p50(blurr) > 3",
       "policy.toml: line 3, column 13: there is no feature \"blurr\"; the baseline has: blur"},
      {"share(z) > 0.5", "policy.toml: line 3, column 15: there is no class \"z\"; the labels are: a, b"},
      {"psi(class) > 0.2", "policy.toml: line 3, column 13: the bundle has no baseline of the classes"},
      {"holdout_accuracy() < 0.9", "policy.toml: line 3, column 26: the bundle has no labelled holdout"},
      {"drift(inputs)", "policy.toml: line 3, column 15: there is no detector \"inputs\""},
  };
  for (const auto& [when, words] : rows) {
    const Outcome packed = pack_with(when);
    EXPECT_EQ(packed.exit_code, 1) << when;
    EXPECT_EQ(packed.json["error"]["code"], "bad_toml") << when;
    EXPECT_NE(message(packed).find(words), std::string::npos) << message(packed);
  }
  const Outcome packed = pack_with("ks(blur) > 0.3");
  EXPECT_EQ(packed.exit_code, 0) << packed.err;
}

TEST_F(Pack, HoldoutLabelsThatTheModelCannotGiveAreRefused) {
  tables::Tensor labels = *tables::make_tensor(DType::int64, {12});
  labels.set(3, 12);
  write_npy("labels.npy", labels);
  const Outcome packed = pack("kws_int8.tflite", {"--golden", file("inputs.npy"), "--holdout",
                                                  file("inputs.npy") + "," + file("labels.npy")});
  EXPECT_EQ(packed.exit_code, 1);
  EXPECT_EQ(packed.json["error"]["code"], "bad_bundle");
  EXPECT_NE(message(packed).find("label 12 at 3 is none of the 12 classes"), std::string::npos)
      << message(packed);
}

TEST_F(Pack, RefusalsNameTheFileAndThePlace) {
  write("policy.toml", "[probation]\nduration = \"10m\"\nmin_sample = 3\n");
  write("preprocess.json", R"({"width":10,"height":49,"channels":"cmyk"})");
  write("tolerance.json", R"({"schema":1,"default":{},"outputs":{"other":{"absolute":1}}})");
  write("bad.csv", "mean\n1\n2,3\n");
  write("no.npy", "no numbers");
  write_npy("labels.npy", *tables::make_tensor(DType::int64, {3}));
  const std::string inputs = file("inputs.npy");
  const std::pair<std::vector<std::string>, std::string> rows[] = {
      {{"--policy", file("policy.toml")}, "policy.toml: line 3, column 1"},
      {{"--preprocess", file("preprocess.json")},
       "preprocess.json: channels: \"grey\" or \"rgb\" or \"bgr\" expected"},
      {{"--tolerance", file("tolerance.json")}, "tolerance.json: outputs: the model has no output \"other\""},
      {{"--reference", file("bad.csv")}, "bad.csv: line 3: 2 fields, the first line has 1"},
      {{"--labels", "a,b"}, "2 labels, but the output \"Identity\" has 12 values"},
      {{"--requires", "colour=red"}, "--requires colour=red: colour: unknown"},
      {{"--holdout", inputs + "," + file("labels.npy")}, "labels.npy: 3 labels for 12 holdout inputs"},
      {{"--holdout", file("no.npy") + "," + file("labels.npy")}, "no.npy: neither .npy nor .npz"},
      {{"--created", "today"}, "--created: "},
  };
  for (const auto& [more, words] : rows) {
    std::vector<std::string> arguments = {"--golden", inputs};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome packed = pack("kws_float32.tflite", arguments);
    EXPECT_EQ(packed.exit_code, packed.json["error"]["code"] == "invalid_argument" ? 2 : 1) << words;
    EXPECT_NE(message(packed).find(words), std::string::npos) << message(packed);
  }
}

TEST_F(Pack, AModelThatCannotBeLoadedIsRefused) {
  std::ifstream in(kModels + "kws_int8.tflite", std::ios::binary);
  std::string model(20'000, '\0');
  in.read(model.data(), static_cast<std::streamsize>(model.size()));
  write("cut.tflite", model);
  const Outcome packed = drover({"model", "pack", file("cut.tflite"), "--name", "kws", "--version", "1.0.0",
                                 "--golden", file("inputs.npy"), "-o", file("kws.drover")});
  EXPECT_EQ(packed.exit_code, 1);
  EXPECT_NE(packed.err.find("cut.tflite"), std::string::npos) << packed.err;
}

TEST_F(Pack, ABundleWithOneFlippedByteIsRefusedWithTheMembersName) {
  ASSERT_EQ(pack("kws_int8.tflite", {"--golden", file("inputs.npy")}).exit_code, 0);
  std::string bundle = read("kws.drover");
  const std::size_t model = bundle.find("TFL3");
  ASSERT_NE(model, std::string::npos);
  bundle[model + 1000] ^= 1;
  write("kws.drover", bundle);
  const Outcome unpacked = drover({"model", "unpack", file("kws.drover"), "-C", file("d"), "--json"});
  EXPECT_EQ(unpacked.json["error"]["code"], "bad_digest");
  EXPECT_NE(message(unpacked).find("model.tflite: SHA-256 is"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(file("d")));
}

}  // namespace
}  // namespace drover::e2e
