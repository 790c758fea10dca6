#include "fs/file_system.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace drover::fs {
namespace {

TEST(RealFileSystem, reads_a_file_that_tells_no_size) {
  const auto text = read_file(real_file_system(), "/proc/self/status", 1 << 20);
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_GT(text->size(), 100u);
}

TEST(RealFileSystem, names_the_path_and_the_reason_of_a_failure) {
  const auto text = read_file(real_file_system(), "/no/such/file", 1 << 20);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Code::not_found);
  EXPECT_EQ(text.error().message, "/no/such/file: cannot open: No such file or directory");
}

}  // namespace
}  // namespace drover::fs
