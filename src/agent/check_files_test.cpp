#include "agent/check_files.h"

#include <gtest/gtest.h>

#include "agent/background.h"
#include "agent/unpack_bundle.h"
#include "bundle/sample_bundle.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

class CheckFiles : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fs::write_atomically(files_, "/defect.drover", bundle::sample_bundle()));
    ASSERT_TRUE(unpack_bundle(files_, "/defect.drover", "/version"));
  }
  Result<Digest> check(const std::optional<Digest>& manifest = std::nullopt) {
    return check_files(files_, "/version", manifest);
  }
  void change(const std::string& member, const std::function<void(Bytes&)>& how) {
    Bytes bytes = *fs::read_file(files_, "/version/" + member, 1 << 20);
    how(bytes);
    ASSERT_TRUE(fs::write_atomically(files_, "/version/" + member, bytes));
  }
  fs::SimFileSystem files_;
};

TEST_F(CheckFiles, finds_a_whole_version_whole_and_names_its_manifest) {
  const auto manifest = check();
  ASSERT_TRUE(manifest) << manifest.error().text();
  EXPECT_EQ(*manifest, sha256(as_text(*fs::read_file(files_, "/version/manifest.json", 1 << 20))));
  EXPECT_TRUE(check(*manifest));
}

TEST_F(CheckFiles, sees_one_flipped_bit_in_any_member_and_names_it) {
  for (const auto& [member, content] : bundle::sample_members()) {
    if (content.empty()) continue;
    change(member, [](Bytes& bytes) { bytes.back() ^= 1; });
    const auto checked = check();
    ASSERT_FALSE(checked) << member;
    EXPECT_EQ(checked.error().code, Code::bad_digest);
    EXPECT_NE(checked.error().text().find(member), std::string::npos) << checked.error().text();
    change(member, [](Bytes& bytes) { bytes.back() ^= 1; });
    ASSERT_TRUE(check());
  }
}

TEST_F(CheckFiles, sees_a_byte_more_or_less_and_a_member_that_is_gone) {
  change("model.tflite", [](Bytes& bytes) { bytes.push_back(0); });
  EXPECT_EQ(check().error().code, Code::bad_length);
  change("model.tflite", [](Bytes& bytes) { bytes.resize(bytes.size() - 2); });
  EXPECT_EQ(check().error().code, Code::bad_length);
  ASSERT_TRUE(files_.unlink("/version/model.tflite"));
  EXPECT_EQ(check().error().code, Code::not_found);
}

TEST_F(CheckFiles, believes_a_manifest_only_when_it_is_the_one_that_was_installed) {
  const Digest manifest = *check();
  change("manifest.json", [](Bytes& bytes) { bytes.push_back('\n'); });
  EXPECT_TRUE(check());
  EXPECT_EQ(check(manifest).error().code, Code::bad_digest);
}

TEST_F(CheckFiles, stops_when_it_is_not_wanted_any_more) {
  std::stop_source source;
  source.request_stop();
  EXPECT_EQ(check_files(files_, "/version", std::nullopt, source.get_token()).error().code, stopped().code);
}

}  // namespace
}  // namespace drover::agent
