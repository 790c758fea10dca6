#include "agent/environment.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace drover::agent {
namespace {

TEST(Environment, the_os_is_what_os_release_calls_it) {
  EXPECT_EQ(os_of("NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n"), "debian 12");
  EXPECT_EQ(os_of("ID=poky\nVERSION_ID='4.0.9'\nBUILD_ID=\"20260131\""), "poky 4.0.9 20260131");
  EXPECT_EQ(os_of("VERSION_IDENT=1\n\n=\nID"), "");
}

TEST(Environment,
     a_library_put_in_the_place_of_another_is_told_from_it_though_it_has_the_same_size_and_time) {
  const std::string path = testing::TempDir() + "drover-library.so";
  const auto put = [&](const std::string& content) {
    std::ofstream(path + ".new") << content;
    std::filesystem::last_write_time(path + ".new", std::filesystem::file_time_type{});
    std::filesystem::rename(path + ".new", path);
  };
  put("one");
  const std::string first = file_mark(path);
  EXPECT_EQ(file_mark(path), first);
  const std::filesystem::path old = path + ".old";  // so that its inode is not given away again
  std::filesystem::create_hard_link(path, old);
  put("two");
  EXPECT_NE(file_mark(path), first);
  std::filesystem::remove(path);
  std::filesystem::remove(old);
  EXPECT_EQ(file_mark(path), "missing");
}

TEST(Environment, without_a_runtime_is_known_too) {
  const auto environment = environment_of(fail(Code::runtime_missing, "no library"));
  EXPECT_EQ(environment.at("engine"), "none");
  EXPECT_FALSE(environment.at("kernel").empty());
}

}  // namespace
}  // namespace drover::agent
