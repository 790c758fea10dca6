#include "db/blob_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace drover::db {
namespace {

class Blobs : public testing::Test {
 protected:
  Blobs() {
    std::string pattern = (std::filesystem::temp_directory_path() / "drover-blobs-XXXXXX").string();
    directory = mkdtemp(pattern.data());
    store = make_directory_blob_store(fs::real_file_system(), directory / "blobs");
  }
  ~Blobs() override { std::filesystem::remove_all(directory); }
  fs::Path source(std::string_view text) const {
    EXPECT_TRUE(fs::write_atomically(fs::real_file_system(), directory / "source", as_bytes(text)));
    return directory / "source";
  }

  fs::Path directory;
  std::unique_ptr<BlobStore> store;
};

TEST_F(Blobs, KeepWhatIsPutUnderItsName) {
  ASSERT_TRUE(store->put("a/b/c.bin", source("hello"), sha256("hello")));
  const auto found = store->find("a/b/c.bin").value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size, 5u);
  EXPECT_FALSE(std::filesystem::exists(directory / "source")) << "taken over, not copied";
  EXPECT_EQ(store->list("a/b").value(), std::vector<std::string>{"c.bin"});
  ASSERT_TRUE(store->remove("a/b/c.bin"));
  EXPECT_TRUE(store->remove("a/b/c.bin"));
  EXPECT_FALSE(store->find("a/b/c.bin").value());
  EXPECT_TRUE(store->list("nothing/here").value().empty());
}

TEST_F(Blobs, RefuseBytesWithAnotherDigest) {
  EXPECT_EQ(store->put("a", source("hello"), sha256("other")).error().code, Code::bad_digest);
  EXPECT_FALSE(store->find("a").value());
}

TEST_F(Blobs, RefuseNamesThatLeadElsewhere) {
  for (const std::string name : {"", "/a", "../a", "a/../b", "a//b", "a/", ".hidden", "a/.b", "a b", "a\nb"})
    EXPECT_EQ(store->put(name, source("x"), sha256("x")).error().code, Code::invalid_argument) << name;
  EXPECT_EQ(store->find(std::string(600, 'a')).error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace drover::db
