#include "bundle/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstring>

#include "bundle/sample_bundle.h"
#include "bundle/tar.h"

namespace drover::bundle {
namespace {

/// A member as libarchive writes it, of whatever kind.
struct Entry {
  std::string path;
  std::string content = {};
  unsigned type = AE_IFREG;
  std::string link = {};
};

/// What a general tar writer makes of `entries`, after the sample's manifest when `with_manifest`.
Bytes tar_of(std::vector<Entry> entries, bool with_manifest = true) {
  if (with_manifest) {
    Manifest manifest = sample_manifest();
    for (const auto& [path, content] : sample_members())
      manifest.members[path] = {sha256(content), content.size()};
    entries.insert(entries.begin(), {.path = "manifest.json", .content = to_json(manifest)});
  }
  Bytes file(1 << 20);
  std::size_t used = 0;
  archive* writer = archive_write_new();
  archive_write_set_format_ustar(writer);
  archive_write_open_memory(writer, file.data(), file.size(), &used);
  for (const Entry& entry : entries) {
    archive_entry* header = archive_entry_new();
    archive_entry_set_pathname(header, entry.path.c_str());
    archive_entry_set_filetype(header, entry.type);
    archive_entry_set_perm(header, 0755);
    archive_entry_set_mtime(header, 1'700'000'000, 0);
    archive_entry_set_size(header, static_cast<la_int64_t>(entry.content.size()));
    if (entry.type == AE_IFLNK) archive_entry_set_symlink(header, entry.link.c_str());
    if (entry.type == AE_IFREG && !entry.link.empty()) archive_entry_set_hardlink(header, entry.link.c_str());
    EXPECT_EQ(archive_write_header(writer, header), ARCHIVE_OK) << archive_error_string(writer);
    archive_write_data(writer, entry.content.data(), entry.content.size());
    archive_entry_free(header);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  file.resize(used);
  return file;
}

std::vector<Entry> sample_entries() {
  std::vector<Entry> entries;
  for (const auto& [path, content] : sample_members())
    entries.push_back({.path = path, .content = std::string(content.begin(), content.end())});
  return entries;
}

Result<Manifest> read(ByteView file, const ArchiveLimits& limits = {}) {
  Collector collector;
  return read_bundle(source_of(file), collector, limits);
}

TEST(Archive, ABundleComesBack) {
  const Bytes file = sample_bundle();
  Collector collector;
  const auto manifest = read_bundle(source_of(file), collector);
  ASSERT_TRUE(manifest) << manifest.error().text();
  EXPECT_EQ(manifest->title(), "defect-1.2.0");
  EXPECT_EQ(collector.started.front(), "manifest.json");
  EXPECT_EQ(as_text(collector.members.at("manifest.json")), to_json(*manifest));
  collector.members.erase("manifest.json");
  EXPECT_EQ(collector.members, sample_members());
  EXPECT_TRUE(is_bundle(file));
  EXPECT_EQ(read_manifest(source_of(file))->title(), "defect-1.2.0");
}

TEST(Archive, EqualContentHasTheSameDigestOnEveryMachine) {
  EXPECT_EQ(sha256(sample_bundle()).hex(),
            "a1065ff92eeacc201d4ccc534744627dd08bfa1fd15f8e8d3a6145674c4f57ab");
}

TEST(Archive, ReadsWhateverPiecesTheSourceGives) {
  const Bytes file = sample_bundle();
  std::size_t at = 0;
  const Source bytewise = [&](std::span<std::uint8_t> into) -> Result<std::size_t> {
    if (at == file.size()) return std::size_t{0};
    into[0] = file[at++];
    return std::size_t{1};
  };
  Collector collector;
  EXPECT_TRUE(read_bundle(bytewise, collector));
}

TEST(Archive, WhatTarWritesIsReadAndTarReadsWhatWeWrite) {
  EXPECT_TRUE(read(tar_of(sample_entries())));
  const Bytes file = sample_bundle();
  archive* reader = archive_read_new();
  archive_read_support_format_tar(reader);
  ASSERT_EQ(archive_read_open_memory(reader, file.data(), file.size()), ARCHIVE_OK);
  std::vector<std::string> paths;
  for (archive_entry* entry = nullptr; archive_read_next_header(reader, &entry) == ARCHIVE_OK;) {
    paths.emplace_back(archive_entry_pathname(entry));
    EXPECT_EQ(archive_entry_mtime(entry), 0);
    EXPECT_EQ(archive_entry_perm(entry), 0644u);
  }
  archive_read_free(reader);
  EXPECT_EQ(paths, (std::vector<std::string>{"manifest.json", "baseline.json", "golden/inputs.npy",
                                             "golden/outputs.npy", "golden/tolerance.json", "model.tflite",
                                             "policy.toml"}));
}

TEST(Archive, HostileMembersAreRefusedByName) {
  const struct {
    std::vector<Entry> instead;  // of all members
    std::string words;
  } rows[] = {
      {{{.path = "../../etc/passwd", .content = "x"}}, "../../etc/passwd: a path that leaves the bundle"},
      {{{.path = "golden/../../x"}}, "golden/../../x: a path that leaves the bundle"},
      {{{.path = "/etc/passwd"}}, "/etc/passwd: an absolute path"},
      {{{.path = "golden/extra.npy"}}, "golden/extra.npy: a bundle has no such member"},
      {{{.path = "./baseline.json"}}, "./baseline.json: a bundle has no such member"},
      {{{.path = "holdout/labels.npy"}}, "holdout/labels.npy: not named by the manifest"},
      {{{.path = "manifest.json", .content = "{}"}}, "manifest.json: a second manifest"},
      {{{.path = "baseline.json", .type = AE_IFLNK, .link = "/etc/passwd"}},
       "baseline.json: is a symbolic link"},
      {{{.path = "baseline.json", .link = "manifest.json"}}, "baseline.json: is a hard link"},
      {{{.path = "baseline.json", .type = AE_IFCHR}}, "baseline.json: is a device"},
      {{{.path = "baseline.json", .type = AE_IFBLK}}, "baseline.json: is a device"},
      {{{.path = "baseline.json", .type = AE_IFIFO}}, "baseline.json: is a pipe"},
      {{{.path = "golden", .type = AE_IFDIR}}, "golden/: is a directory"},
      {{{.path = "baseline.json", .content = "short"}}, "baseline.json: 5 bytes, the manifest says 700"},
      {{{.path = "baseline.json", .content = std::string(700, 'c')}}, "baseline.json: SHA-256 is "},
      {{{.path = "model.tflite", .content = "a model"}}, "baseline.json: missing or out of order"},
      {{}, "baseline.json: missing, though the manifest names it"},
  };
  for (const auto& row : rows) {
    const auto result = read(tar_of(row.instead));
    ASSERT_FALSE(result) << row.words;
    EXPECT_TRUE(result.error().text().starts_with(row.words)) << result.error().text();
  }
}

TEST(Archive, AMemberThatStandsTwiceIsRefused) {
  auto entries = sample_entries();
  entries.insert(entries.begin(), entries.front());
  EXPECT_EQ(read(tar_of(entries)).error().text(), "baseline.json: stands twice or out of order");
}

TEST(Archive, TheManifestComesFirst) {
  auto entries = sample_entries();
  EXPECT_EQ(read(tar_of(entries, false)).error().text(),
            "manifest.json must be the first member, here it is baseline.json");
  EXPECT_EQ(read(Bytes(1024)).error().text(), "manifest.json must be the first member, here it is missing");
}

TEST(Archive, SizesBeyondTheLimitsAreRefusedBeforeAByteIsUnpacked) {
  const Bytes file = sample_bundle();
  Collector collector;
  const auto member = read_bundle(source_of(file), collector, {.member_bytes_max = 699});
  EXPECT_EQ(member.error().text(), "baseline.json: 700 bytes, at most 699 allowed");
  const auto total = read_bundle(source_of(file), collector, {.bytes_max = 705});
  EXPECT_EQ(total.error().text(), "golden/inputs.npy: with it the bundle exceeds 705 bytes");
  EXPECT_EQ(read_bundle(source_of(file), collector, {.members_max = 5}).error().code, Code::too_many);
  EXPECT_TRUE(collector.started.empty());
}

TEST(Archive, AManifestThatClaimsAGiantSizeIsRefused) {
  Bytes file = sample_bundle();
  const TarBlock header = tar_header({"manifest.json", 0});
  std::ranges::copy(header, file.begin());
  // Octal 77777777777 is 8 GiB less one byte, the most a ustar header can say.
  TarBlock giant = tar_header({"manifest.json", 077777777777});
  std::ranges::copy(giant, file.begin());
  EXPECT_EQ(read(file).error().text(), "manifest.json: 8589934591 bytes, at most 1048576 allowed");
}

TEST(Archive, EveryTruncationIsRefused) {
  const Bytes file = sample_bundle();
  for (std::size_t size = 0; size < file.size(); size += size % 512 == 0 || size % 512 == 511 ? 1 : 85)
    EXPECT_FALSE(read(ByteView(file).first(size))) << size;
}

TEST(Archive, EveryFlippedByteIsRefused) {
  const Bytes file = sample_bundle();
  for (std::size_t at = 0; at < file.size(); at += 3) {
    Bytes flipped = file;
    flipped[at] ^= 0x40;
    const auto result = read(flipped);
    // The notes are the one thing of which the manifest's own bytes say nothing: the signed digest does.
    if (result) EXPECT_NE(to_json(*result), to_json(*read(file))) << at;
  }
}

TEST(Archive, BytesAfterTheEndAreRefusedButTarsPaddingIsNot) {
  Bytes file = sample_bundle();
  file.resize(file.size() + 8 * 512);
  EXPECT_TRUE(read(file));
  file.back() = 1;
  EXPECT_EQ(read(file).error().text(), "bytes after the end of the archive");
}

TEST(Archive, AVisitorsFailureEndsTheReading) {
  class Full : public Collector {
    Status begin(const std::string& path, std::uint64_t) override {
      if (path == "golden/inputs.npy") return fail(Code::disk_full, "no room");
      return {};
    }
  };
  Full full;
  EXPECT_EQ(read_bundle(source_of(sample_bundle()), full).error().code, Code::disk_full);
}

TEST(Archive, APathThatIsNoMembersIsNotWritten) {
  Members members = sample_members();
  members["../x"] = {};
  const auto written = write_bundle(sample_manifest(), members, [](ByteView) { return Status(); });
  EXPECT_EQ(written.error().code, Code::invalid_argument);
}

RC_GTEST_PROP(ArchiveProperty, AnyContentComesBackAndPacksToTheSameBytes, ()) {
  Members members = sample_members();
  for (auto& [path, content] : members) content = *rc::gen::arbitrary<Bytes>();
  const Bytes file = sample_bundle(sample_manifest(), members);
  Collector collector;
  RC_ASSERT(read_bundle(source_of(file), collector).has_value());
  collector.members.erase("manifest.json");
  RC_ASSERT(collector.members == members);
  RC_ASSERT(sample_bundle(sample_manifest(), collector.members) == file);
}

}  // namespace
}  // namespace drover::bundle
