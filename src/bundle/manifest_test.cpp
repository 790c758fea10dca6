#include "bundle/manifest.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bundle/sample_bundle.h"

namespace drover::bundle {
namespace {

using nlohmann::json;

Manifest whole_manifest() {
  Manifest manifest = sample_manifest();
  for (const auto& [path, content] : sample_members())
    manifest.members[path] = {sha256(content), content.size()};
  return manifest;
}

TEST(Manifest, ComesBackFromItsText) {
  const Manifest manifest = whole_manifest();
  const auto parsed = parse_manifest(to_json(manifest));
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(to_json(*parsed), to_json(manifest));
  EXPECT_EQ(parsed->title(), "defect-1.2.0");
  EXPECT_EQ(parsed->inputs, manifest.inputs);
  EXPECT_EQ(parsed->preprocess, manifest.preprocess);
  EXPECT_EQ(parsed->samples, Samples::images);
  EXPECT_EQ(parsed->requirements, manifest.requirements);
  EXPECT_EQ(parsed->limits, manifest.limits);
  EXPECT_FALSE(parsed->delegation);
  EXPECT_EQ(parsed->members, manifest.members);
  EXPECT_EQ(table_path(*parsed, "golden/inputs"), "golden/inputs.npy");
  EXPECT_FALSE(table_path(*parsed, "holdout/inputs"));
}

TEST(Manifest, NeedsOnlyWhatNobodyCanGuess) {
  json small = json::parse(to_json(whole_manifest()));
  for (const char* key : {"notes", "labels", "preprocess", "samples", "requires", "limits"}) small.erase(key);
  const auto parsed = parse_manifest(small.dump());
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(parsed->samples, Samples::tensors);
}

TEST(Manifest, RefusalsNameThePlace) {
  const struct {
    const char* pointer;
    json value;  // null: removed
    const char* words;
  } rows[] = {
      {"/name", nullptr, "name: missing"},
      {"/name", "../defect", "name: "},
      {"/version", "1.2", "version: "},
      {"/created", "yesterday", "created: a date such as"},
      {"/schema", 2, "schema: 2; this build reads 1"},
      {"/inputs", json::array(), "inputs: at least one expected"},
      {"/inputs/0/dtype", "string", "inputs[0].dtype: \"string\" is not an element type"},
      {"/inputs/0/shape/1", -2, "inputs[0].shape: sizes of 0"},
      {"/outputs/0/shape", 3, "outputs[0].shape: an array expected"},
      {"/labels/1", 7, "labels: strings"},
      {"/preprocess/width", 0, "preprocess.width: at least 1"},
      {"/preprocess/channels", "rgba", "preprocess.channels: \"grey\" or \"rgb\" or \"bgr\" expected"},
      {"/preprocess/scale", json::array({1, 2}), "preprocess.scale: one number or 1 expected"},
      {"/preprocess", nullptr, "samples: \"images\" needs the field preprocess"},
      {"/requires/memory_mb", "much", "requires.memory_mb: a whole number"},
      {"/requires/colour", "red", "requires.colour: unknown; known are arch"},
      {"/requires/arch", "", "requires.arch: a value expected"},
      {"/requires/delegate", "xnnpack,none", "requires.delegate: one delegate expected"},
      {"/delegation", json{{"nodes", 10}}, "delegation.nodes_delegated: missing"},
      {"/delegation", json{{"nodes", 10}, {"nodes_delegated", 11}},
       "delegation.nodes_delegated: 11, at most 10"},
      {"/limits/latency_ms_max", 0, "limits.latency_ms_max: more than 0"},
      {"/members/model.tflite", nullptr, "members: model.tflite is missing"},
      {"/members/golden~1outputs.npy", nullptr, "members: golden/outputs is missing"},
      {"/members/holdout~1labels.npy", json{{"sha256", std::string(64, '0')}, {"size", 1}},
       "members: a holdout has inputs and labels"},
      {"/members/..~1x", json::object(), "members[\"../x\"]: a bundle has no such member"},
      {"/members/model.tflite/sha256", "00", "members[\"model.tflite\"].sha256: 64 hexadecimal"},
      {"/members/model.tflite/size", -1, "members[\"model.tflite\"].size: a whole number"},
      {"/extra", 1, "extra: unknown"},
  };
  for (const auto& row : rows) {
    json document = json::parse(to_json(whole_manifest()));
    if (row.value.is_null())
      document = document.patch(json::array({{{"op", "remove"}, {"path", row.pointer}}}));
    else
      document[json::json_pointer(row.pointer)] = row.value;
    const auto parsed = parse_manifest(document.dump());
    ASSERT_FALSE(parsed) << row.words;
    EXPECT_TRUE(parsed.error().text().starts_with(row.words)) << parsed.error().text();
  }
}

TEST(Manifest, KeepsWhatTheDelegateRanWhenItWasPacked) {
  Manifest manifest = whole_manifest();
  manifest.delegation = {.nodes = 60, .nodes_delegated = 58};
  const auto parsed = parse_manifest(to_json(manifest));
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(parsed->delegation, manifest.delegation);
}

TEST(Manifest, ADelegateFallsShortByMoreThanATenthOfAllOperators) {
  const Delegation packed{.nodes = 60, .nodes_delegated = 60};
  EXPECT_FALSE(falls_short(packed, packed));
  EXPECT_FALSE(falls_short({.nodes = 60, .nodes_delegated = 54}, packed));
  EXPECT_TRUE(falls_short({.nodes = 60, .nodes_delegated = 53}, packed));
  EXPECT_TRUE(falls_short({.nodes = 60, .nodes_delegated = 1}, packed));
  EXPECT_FALSE(falls_short({.nodes = 60, .nodes_delegated = 60}, {.nodes = 60, .nodes_delegated = 30}));
}

TEST(Preprocess, ASingleNumberStandsForEveryChannel) {
  const auto how = parse_preprocess(R"({"width":96,"height":96,"offset":127.5,"scale":[0.1,0.2,0.3]})");
  ASSERT_TRUE(how) << how.error().text();
  EXPECT_EQ(how->offset, std::vector<double>{127.5});
  EXPECT_EQ(how->scale.size(), 3u);
  EXPECT_EQ(how->resize, Resize::bilinear);
  EXPECT_EQ(how->layout, TensorLayout::nhwc);
  EXPECT_EQ(how->channels, Channels::rgb);
}

}  // namespace
}  // namespace drover::bundle
