#include "tables/npz.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <array>

namespace drover::tables {
namespace {

NamedTensors sample() {
  return {{"image", tensor_of(std::vector<float>{1, 2, 3, 4}, {2, 2})},
          {"mask", *make_tensor(DType::uint8, {300})}};
}

/// A zip as other programs write it; `compression` "deflate" or "store".
Bytes zip_of(const std::vector<std::pair<std::string, Bytes>>& files, const char* compression) {
  Bytes file(1 << 20);
  std::size_t used = 0;
  archive* writer = archive_write_new();
  archive_write_set_format_zip(writer);
  archive_write_set_options(writer, (std::string("zip:compression=") + compression).c_str());
  archive_write_open_memory(writer, file.data(), file.size(), &used);
  for (const auto& [name, content] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  file.resize(used);
  return file;
}

std::vector<std::pair<std::string, Bytes>> sample_files() {
  std::vector<std::pair<std::string, Bytes>> files;
  for (const auto& [name, tensor] : sample()) files.emplace_back(name + ".npy", write_npy(tensor));
  return files;
}

TEST(Npz, ComesBack) {
  const auto written = write_npz(sample());
  ASSERT_TRUE(written);
  const auto read = read_npz(*written);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, sample());
  EXPECT_EQ(*written, *write_npz(sample()));
}

TEST(Npz, ReadsStoredAndDeflatedZips) {
  for (const char* compression : {"store", "deflate"}) {
    const auto read = read_npz(zip_of(sample_files(), compression));
    ASSERT_TRUE(read) << compression << ": " << read.error().text();
    EXPECT_EQ(*read, sample());
  }
}

TEST(Npz, RefusesInWords) {
  auto files = sample_files();
  const auto twice = read_npz(zip_of({files[0], files[0]}, "store"));
  EXPECT_EQ(twice.error().text(), ".npz: the array \"image\" stands twice");
  const auto other = read_npz(zip_of({{"notes.txt", {1}}}, "store"));
  EXPECT_EQ(other.error().text(), ".npz: the member \"notes.txt\" is no .npy");
  const auto broken = read_npz(zip_of({{"x.npy", {1, 2}}}, "store"));
  EXPECT_EQ(broken.error().text(), "x.npy: not an .npy file (it does not begin with \\x93NUMPY)");
  EXPECT_EQ(read_npz(zip_of(files, "store"), {.arrays_max = 1}).error().code, Code::too_many);
  EXPECT_FALSE(write_npz({{"", *make_tensor(DType::int8, {1})}}));
}

TEST(Npz, ABombEndsAtTheLimit) {
  const Bytes bomb = zip_of({{"x.npy", write_npy(*make_tensor(DType::uint8, {900'000}))}}, "deflate");
  EXPECT_LT(bomb.size(), 5'000u);
  const auto read = read_npz(bomb, {.bytes_max = 100'000});
  EXPECT_EQ(read.error().text(), "x.npy: unpacks to more than 100000 bytes");
}

TEST(Npz, AFlippedByteOfTheDataIsSeen) {
  Bytes file = *write_npz({{"x", tensor_of(std::vector<float>{1, 2}, {2})}});
  file[30 + 5 + 128 + 3] ^= 1;  // in the array's elements: local header, name, .npy header
  EXPECT_FALSE(read_npz(file));
}

TEST(Tables, AreKnownByContent) {
  EXPECT_EQ(read_tensors(*write_npz(sample()))->size(), 2u);
  const auto single = read_tensors(write_npy(sample()[0].tensor));
  ASSERT_TRUE(single);
  EXPECT_EQ(single->at(0).name, "");
  EXPECT_FALSE(read_tensors(as_bytes("PNG")));
}

}  // namespace
}  // namespace drover::tables
