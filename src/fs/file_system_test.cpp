#include "fs/file_system.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "fs/sim_file_system.h"

namespace drover::fs {
namespace {

/// A file system and an empty directory in it.
class Fixture {
 public:
  virtual ~Fixture() = default;
  virtual FileSystem& files() = 0;
  virtual Path root() = 0;
};

class RealFixture : public Fixture {
 public:
  RealFixture() {
    std::string name = (std::filesystem::temp_directory_path() / "drover_fs_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~RealFixture() override { std::filesystem::remove_all(root_); }
  FileSystem& files() override { return real_file_system(); }
  Path root() override { return root_; }

 private:
  Path root_;
};

class SimFixture : public Fixture {
 public:
  FileSystem& files() override { return files_; }
  Path root() override { return "/"; }

 private:
  SimFileSystem files_;
};

/// What the machine's file system and the simulator must both do.
class Conformance : public testing::TestWithParam<std::unique_ptr<Fixture> (*)()> {
 protected:
  std::unique_ptr<Fixture> fixture_ = GetParam()();
  FileSystem& files_ = fixture_->files();
  Path root_ = fixture_->root();

  void write(const Path& path, std::string_view text) {
    auto file = files_.open(path, Open::append);
    ASSERT_TRUE(file) << file.error().text();
    ASSERT_TRUE((*file)->append(as_bytes(text)));
  }
  std::string read(const Path& path) {
    const auto bytes = read_file(files_, path, 1 << 20);
    return bytes ? std::string(as_text(*bytes)) : "(" + std::string(name(bytes.error().code)) + ")";
  }
};

template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code::internal : result.error().code;
}

TEST_P(Conformance, what_is_appended_is_read_back) {
  write(root_ / "a", "one ");
  write(root_ / "a", "two");
  EXPECT_EQ(read(root_ / "a"), "one two");
  EXPECT_EQ(files_.info(root_ / "a")->size, 7u);
}

TEST_P(Conformance, reading_past_the_end_gives_nothing) {
  write(root_ / "a", "one");
  auto file = files_.open(root_ / "a", Open::read);
  std::array<std::uint8_t, 8> buffer{};
  EXPECT_EQ(*(*file)->read_at(1, buffer), 2u);
  EXPECT_EQ(*(*file)->read_at(3, buffer), 0u);
  EXPECT_EQ(*(*file)->read_at(99, buffer), 0u);
}

TEST_P(Conformance, create_new_refuses_what_exists_and_read_refuses_what_does_not) {
  write(root_ / "a", "one");
  EXPECT_EQ(code_of(files_.open(root_ / "a", Open::create_new)), Code::already_exists);
  EXPECT_EQ(code_of(files_.open(root_ / "b", Open::read)), Code::not_found);
  EXPECT_EQ(code_of(files_.open(root_ / "b" / "c", Open::append)), Code::not_found);
}

TEST_P(Conformance, truncate_cuts_and_append_goes_on_from_there) {
  write(root_ / "a", "one two");
  auto file = files_.open(root_ / "a", Open::append);
  ASSERT_TRUE((*file)->truncate(4));
  ASSERT_TRUE((*file)->append(as_bytes("three")));
  EXPECT_EQ(read(root_ / "a"), "one three");
}

TEST_P(Conformance, directories_are_made_listed_in_order_and_removed_when_empty) {
  ASSERT_TRUE(files_.make_directory(root_ / "d"));
  EXPECT_EQ(code_of(files_.make_directory(root_ / "d")), Code::already_exists);
  EXPECT_EQ(code_of(files_.make_directory(root_ / "x" / "y")), Code::not_found);
  write(root_ / "d" / "z", "");
  write(root_ / "d" / "a", "");
  EXPECT_EQ(*files_.list(root_ / "d"), (std::vector<std::string>{"a", "z"}));
  EXPECT_EQ(code_of(files_.list(root_ / "d" / "a")), Code::not_found);
  EXPECT_EQ(code_of(files_.remove_directory(root_ / "d")), Code::io_failed);
  ASSERT_TRUE(files_.unlink(root_ / "d" / "a"));
  ASSERT_TRUE(files_.unlink(root_ / "d" / "z"));
  ASSERT_TRUE(files_.remove_directory(root_ / "d"));
  EXPECT_EQ(code_of(files_.info(root_ / "d")), Code::not_found);
}

TEST_P(Conformance, rename_replaces_a_file_and_moves_a_directory_with_its_content) {
  write(root_ / "a", "new");
  write(root_ / "b", "old");
  ASSERT_TRUE(files_.rename(root_ / "a", root_ / "b"));
  EXPECT_EQ(read(root_ / "b"), "new");
  EXPECT_EQ(code_of(files_.info(root_ / "a")), Code::not_found);
  ASSERT_TRUE(files_.make_directory(root_ / "d"));
  ASSERT_TRUE(files_.make_directory(root_ / "e"));
  write(root_ / "d" / "x", "inside");
  ASSERT_TRUE(files_.rename(root_ / "d", root_ / "e" / "f"));
  EXPECT_EQ(read(root_ / "e" / "f" / "x"), "inside");
  EXPECT_EQ(code_of(files_.rename(root_ / "no", root_ / "b")), Code::not_found);
}

TEST_P(Conformance, a_symlink_is_read_followed_replaced_and_removed) {
  ASSERT_TRUE(files_.make_directory(root_ / "versions"));
  ASSERT_TRUE(files_.make_directory(root_ / "versions" / "1"));
  write(root_ / "versions" / "1" / "model", "weights");
  ASSERT_TRUE(files_.make_symlink("versions/1", root_ / "active"));
  EXPECT_EQ(code_of(files_.make_symlink("versions/2", root_ / "active")), Code::already_exists);
  EXPECT_EQ(files_.info(root_ / "active")->kind, Kind::symlink);
  EXPECT_EQ(read(root_ / "active" / "model"), "weights");
  ASSERT_TRUE(files_.make_symlink("versions/2", root_ / "active.new"));
  ASSERT_TRUE(files_.rename(root_ / "active.new", root_ / "active"));
  EXPECT_EQ(*files_.read_symlink(root_ / "active"), "versions/2");
  EXPECT_EQ(read(root_ / "active" / "model"), "(not_found)");
  ASSERT_TRUE(files_.unlink(root_ / "active"));
  EXPECT_EQ(code_of(files_.read_symlink(root_ / "active")), Code::not_found);
}

TEST_P(Conformance, shared_locks_exclude_an_exclusive_one_on_a_directory_until_they_end) {
  ASSERT_TRUE(files_.make_directory(root_ / "d"));
  auto first = files_.lock(root_ / "d", false);
  auto second = files_.lock(root_ / "d", false);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(code_of(files_.lock(root_ / "d", true)), Code::conflict);
  first->reset();
  EXPECT_EQ(code_of(files_.lock(root_ / "d", true)), Code::conflict);
  second->reset();
  auto exclusive = files_.lock(root_ / "d", true);
  ASSERT_TRUE(exclusive);
  EXPECT_EQ(code_of(files_.lock(root_ / "d", false)), Code::conflict);
  EXPECT_EQ(code_of(files_.lock(root_ / "none", false)), Code::not_found);
}

TEST_P(Conformance, an_open_file_outlives_its_name) {
  write(root_ / "a", "still here");
  auto file = files_.open(root_ / "a", Open::read);
  ASSERT_TRUE(files_.unlink(root_ / "a"));
  std::array<std::uint8_t, 5> buffer{};
  EXPECT_EQ(*(*file)->read_at(0, buffer), 5u);
  EXPECT_EQ(as_text(buffer), "still");
}

TEST_P(Conformance, write_atomically_replaces_and_leaves_nothing_beside) {
  ASSERT_TRUE(make_directories(files_, root_ / "x" / "y"));
  ASSERT_TRUE(write_atomically(files_, root_ / "x" / "y" / "state", as_bytes("1")));
  ASSERT_TRUE(write_atomically(files_, root_ / "x" / "y" / "state", as_bytes("2")));
  EXPECT_EQ(read(root_ / "x" / "y" / "state"), "2");
  EXPECT_EQ(files_.list(root_ / "x" / "y")->size(), 1u);
}

TEST_P(Conformance, make_directories_refuses_a_file_in_the_way) {
  write(root_ / "a", "");
  EXPECT_EQ(code_of(make_directories(files_, root_ / "a")), Code::already_exists);
  EXPECT_FALSE(make_directories(files_, root_ / "a" / "b"));
}

TEST_P(Conformance, read_file_refuses_one_byte_more_than_allowed) {
  write(root_ / "a", "12345");
  EXPECT_TRUE(read_file(files_, root_ / "a", 5));
  EXPECT_EQ(code_of(read_file(files_, root_ / "a", 4)), Code::too_large);
}

TEST_P(Conformance, remove_tree_removes_all_and_follows_no_symlink) {
  ASSERT_TRUE(make_directories(files_, root_ / "t" / "u"));
  ASSERT_TRUE(make_directories(files_, root_ / "kept"));
  write(root_ / "kept" / "file", "kept");
  write(root_ / "t" / "u" / "file", "gone");
  ASSERT_TRUE(files_.make_symlink("../kept", root_ / "t" / "link"));
  ASSERT_TRUE(remove_tree(files_, root_ / "t"));
  EXPECT_EQ(code_of(files_.info(root_ / "t")), Code::not_found);
  EXPECT_EQ(read(root_ / "kept" / "file"), "kept");
  EXPECT_TRUE(remove_tree(files_, root_ / "t"));
}

TEST_P(Conformance, syncs_and_free_space_are_answered) {
  write(root_ / "a", "one");
  EXPECT_TRUE((*files_.open(root_ / "a", Open::append))->sync());
  EXPECT_TRUE(files_.sync_directory(root_));
  EXPECT_FALSE(files_.sync_directory(root_ / "none"));
  EXPECT_GT(*files_.free_bytes(root_), 0u);
}

INSTANTIATE_TEST_SUITE_P(Real, Conformance, testing::Values([]() -> std::unique_ptr<Fixture> {
                           return std::make_unique<RealFixture>();
                         }));
INSTANTIATE_TEST_SUITE_P(Simulated, Conformance, testing::Values([]() -> std::unique_ptr<Fixture> {
                           return std::make_unique<SimFixture>();
                         }));

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
