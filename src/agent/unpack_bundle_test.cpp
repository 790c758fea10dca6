#include "agent/unpack_bundle.h"

#include <gtest/gtest.h>

#include "bundle/sample_bundle.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

TEST(UnpackBundle, writes_every_member_of_a_real_bundle_durably) {
  fs::SimFileSystem files;
  const Bytes bundle = bundle::sample_bundle();
  ASSERT_TRUE(fs::write_atomically(files, "/defect.drover", bundle));
  ASSERT_TRUE(unpack_bundle(files, "/defect.drover", "/unpacked"));
  ASSERT_TRUE(files.sync_directory("/"));
  files.restart(1);
  for (const auto& [path, bytes] : bundle::sample_members())
    EXPECT_EQ(*fs::read_file(files, fs::Path("/unpacked") / path, 1 << 20), bytes) << path;
  EXPECT_TRUE(files.info("/unpacked/manifest.json"));
}

}  // namespace
}  // namespace drover::agent
