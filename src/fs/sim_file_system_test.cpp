#include "fs/sim_file_system.h"

#include <gtest/gtest.h>

#include <set>

namespace drover::fs {
namespace {

constexpr std::uint64_t kSeeds = 200;

std::string content(SimFileSystem& files, const Path& path) {
  const auto bytes = read_file(files, path, 1 << 20);
  return bytes ? std::string(as_text(*bytes)) : "(" + std::string(name(bytes.error().code)) + ")";
}

/// Everything that `look` may see after a power cut that follows `work`.
std::set<std::string> futures(const std::function<void(SimFileSystem&)>& work, const Path& look) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimFileSystem files;
    work(files);
    files.restart(seed);
    seen.insert(content(files, look));
  }
  return seen;
}

void write(SimFileSystem& files, const Path& path, std::string_view text, bool sync) {
  auto file = files.open(path, Open::append);
  ASSERT_TRUE(file) << file.error().text();
  ASSERT_TRUE((*file)->append(as_bytes(text)));
  if (sync) ASSERT_TRUE((*file)->sync());
}

TEST(SimFileSystem, unsynced_bytes_may_be_lost_cut_short_zeros_or_garbage) {
  const auto seen = futures(
      [](SimFileSystem& files) {
        write(files, "/a", "safe", true);
        ASSERT_TRUE(files.sync_directory("/"));
        write(files, "/a", "1234", false);
      },
      "/a");
  EXPECT_TRUE(seen.contains("safe"));
  EXPECT_TRUE(seen.contains("safe12"));
  EXPECT_TRUE(seen.contains("safe1234"));
  EXPECT_TRUE(seen.contains(std::string("safe1\0\0\0", 8)));
  EXPECT_GT(seen.size(), 10u);
  for (const std::string& text : seen) EXPECT_EQ(text.substr(0, 4), "safe");
}

TEST(SimFileSystem, a_synced_file_is_still_lost_when_its_directory_is_not_synced) {
  const auto seen = futures([](SimFileSystem& files) { write(files, "/a", "text", true); }, "/a");
  EXPECT_EQ(seen, (std::set<std::string>{"(not_found)", "text"}));
}

TEST(SimFileSystem, what_is_synced_with_its_directory_stays) {
  const auto seen = futures(
      [](SimFileSystem& files) {
        write(files, "/a", "text", true);
        ASSERT_TRUE(files.sync_directory("/"));
      },
      "/a");
  EXPECT_EQ(seen, (std::set<std::string>{"text"}));
}

TEST(SimFileSystem, unsynced_directory_operations_happen_in_any_subset) {
  std::set<std::vector<std::string>> seen;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimFileSystem files;
    for (const char* path : {"/a", "/b", "/c"}) ASSERT_TRUE(files.make_directory(path));
    files.restart(seed);
    seen.insert(*files.list("/"));
  }
  EXPECT_EQ(seen.size(), 8u);
}

TEST(SimFileSystem, an_unsynced_rename_is_the_old_name_or_the_new_one_and_never_neither) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimFileSystem files;
    ASSERT_TRUE(files.make_directory("/d"));
    write(files, "/a", "new", true);
    ASSERT_TRUE(files.sync_directory("/"));
    ASSERT_TRUE(files.rename("/a", "/d/b"));
    files.restart(seed);
    EXPECT_NE(content(files, "/a") == "new", content(files, "/d/b") == "new");
  }
}

TEST(SimFileSystem, what_was_moved_durably_does_not_come_back_under_its_first_name) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimFileSystem files;
    ASSERT_TRUE(make_directories(files, "/from"));
    ASSERT_TRUE(make_directories(files, "/to"));
    ASSERT_TRUE(files.make_directory("/from/d"));
    ASSERT_TRUE(files.rename("/from/d", "/to/d"));
    ASSERT_TRUE(files.sync_directory("/to"));
    files.restart(seed);
    EXPECT_TRUE(files.info("/to/d"));
    EXPECT_FALSE(files.info("/from/d"));
  }
}

TEST(SimFileSystem, an_unsynced_unlink_may_be_undone) {
  const auto seen = futures(
      [](SimFileSystem& files) {
        write(files, "/a", "text", true);
        ASSERT_TRUE(files.sync_directory("/"));
        ASSERT_TRUE(files.unlink("/a"));
      },
      "/a");
  EXPECT_EQ(seen, (std::set<std::string>{"(not_found)", "text"}));
}

TEST(SimFileSystem, the_power_goes_after_the_ordered_operation_and_returns_at_restart) {
  SimFileSystem files;
  files.cut_power_after(2);
  auto file = files.open("/a", Open::append);
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->append(as_bytes("text")));
  EXPECT_FALSE(files.is_off());
  EXPECT_FALSE((*file)->sync());
  EXPECT_TRUE(files.is_off());
  EXPECT_FALSE(files.list("/"));
  files.restart(0);
  EXPECT_TRUE(files.list("/"));
  EXPECT_FALSE((*file)->append(as_bytes("from before")));
}

TEST(SimFileSystem, locks_vanish_at_restart_and_with_the_process) {
  SimFileSystem files;
  ASSERT_TRUE(files.make_directory("/d"));
  ASSERT_TRUE(files.sync_directory("/"));
  const auto before = files.lock("/d", true);
  EXPECT_FALSE(files.lock("/d", false));
  files.restart(0);
  const auto after = files.lock("/d", true);
  EXPECT_TRUE(after);
  files.kill();
  EXPECT_TRUE(files.lock("/d", true));
}

TEST(SimFileSystem, a_killed_process_stops_at_the_ordered_operation_and_loses_nothing) {
  SimFileSystem files;
  files.cut_power_after(2);
  write(files, "/a", "text", false);
  EXPECT_FALSE(files.make_directory("/d"));
  files.kill();
  EXPECT_EQ(content(files, "/a"), "text");
  EXPECT_TRUE(files.make_directory("/d"));
}

TEST(SimFileSystem, a_skipped_sync_keeps_nothing_and_says_nothing) {
  const auto seen = futures(
      [](SimFileSystem& files) {
        files.skip_sync(2);
        write(files, "/a", "text", true);
        ASSERT_TRUE(files.sync_directory("/"));
      },
      "/a");
  EXPECT_EQ(seen, (std::set<std::string>{"(not_found)", "text"}));
}

TEST(SimFileSystem, a_full_disk_takes_half_of_a_write_and_gives_its_space_back_on_unlink) {
  SimFileSystem files;
  files.set_capacity(6);
  write(files, "/a", "1234", false);
  auto file = files.open("/b", Open::append);
  const Status full = (*file)->append(as_bytes("5678"));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::disk_full);
  EXPECT_EQ(content(files, "/b"), "56");
  EXPECT_EQ(*files.free_bytes("/"), 0u);
  ASSERT_TRUE(files.unlink("/a"));
  EXPECT_TRUE((*file)->append(as_bytes("78")));
}

TEST(SimFileSystem, counts_the_bytes_that_it_takes_and_the_pages_that_a_sync_writes) {
  SimFileSystem files;
  for (const std::size_t size : {5000, 1000, 3000}) {
    auto file = files.open("/a", Open::append);
    ASSERT_TRUE((*file)->append(Bytes(size)));
    ASSERT_TRUE((*file)->sync());
    ASSERT_TRUE((*file)->sync());
  }
  EXPECT_EQ(files.written().bytes, 9000u);
  EXPECT_EQ(files.written().pages, 2u + 1u + 2u);
}

TEST(SimFileSystem, write_atomically_leaves_the_old_content_or_the_new_whatever_the_moment) {
  for (std::uint64_t last = 0; last < 5; ++last) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      SimFileSystem files;
      ASSERT_TRUE(write_atomically(files, "/a", as_bytes("old")));
      files.cut_power_after(last);
      const bool done = write_atomically(files, "/a", as_bytes("new")).has_value();
      files.restart(seed);
      const std::string text = content(files, "/a");
      EXPECT_TRUE(text == "new" || (text == "old" && !done))
          << "operation " << last << " seed " << seed << text;
    }
  }
}

}  // namespace
}  // namespace drover::fs
