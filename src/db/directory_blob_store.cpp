#include <fmt/format.h>

#include <algorithm>

#include "db/blob_store.h"

namespace drover::db {
namespace {

constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-/";

Result<Digest> digest_of(fs::File& file) {
  Sha256 hash;
  Bytes buffer(256 << 10);
  for (std::uint64_t at = 0;;) {
    const std::size_t got = DROVER_TRY(file.read_at(at, buffer));
    if (got == 0) return hash.finish();
    hash.update(ByteView(buffer).first(got));
    at += got;
  }
}

class DirectoryBlobStore : public BlobStore {
 public:
  DirectoryBlobStore(fs::FileSystem& files, fs::Path directory)
      : files_(files), directory_(std::move(directory)) {}

  Status put(const std::string& name, const fs::Path& source, const Digest& digest) override {
    DROVER_TRY(check_blob_name(name));
    const fs::Path target = directory_ / name;
    const auto file = DROVER_TRY(files_.open(source, fs::Open::read));
    if (DROVER_TRY(digest_of(*file)) != digest)
      return fail(Code::bad_digest,
                  fmt::format("{}: the bytes do not have the SHA-256 {}", name, digest.hex()));
    DROVER_TRY(file->sync());
    DROVER_TRY(fs::make_directories(files_, target.parent_path()));
    DROVER_TRY(files_.rename(source, target));
    return files_.sync_directory(target.parent_path());
  }

  Result<std::optional<Blob>> find(const std::string& name) override {
    DROVER_TRY(check_blob_name(name));
    const auto info = files_.info(directory_ / name);
    if (!info && info.error().code == Code::not_found) return std::nullopt;
    if (!info) return fail(info.error());
    if (info->kind != fs::Kind::file) return std::nullopt;
    return Blob{directory_ / name, info->size};
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    DROVER_TRY(check_blob_name(directory));
    auto names = files_.list(directory_ / directory);
    if (!names && names.error().code == Code::not_found) return std::vector<std::string>{};
    return names;
  }

  Status remove(const std::string& name) override {
    DROVER_TRY(check_blob_name(name));
    const fs::Path target = directory_ / name;
    const Status removed = files_.unlink(target);
    if (!removed && removed.error().code == Code::not_found) return {};
    if (!removed) return removed;
    return files_.sync_directory(target.parent_path());
  }

 private:
  fs::FileSystem& files_;
  fs::Path directory_;
};

}  // namespace

Status check_blob_name(const std::string& name) {
  const bool is_plain = !name.empty() && name.size() <= 512 &&
                        name.find_first_not_of(kAllowed) == std::string::npos && !name.starts_with('.') &&
                        !name.starts_with('/') && !name.ends_with('/') &&
                        name.find("/.") == std::string::npos && name.find("//") == std::string::npos;
  if (is_plain) return {};
  return fail(Code::invalid_argument, fmt::format("\"{}\" is no name for a stored file", name.substr(0, 80)));
}

Result<Digest> file_digest(fs::FileSystem& files, const fs::Path& path) {
  const auto file = DROVER_TRY(files.open(path, fs::Open::read));
  return digest_of(*file);
}

std::unique_ptr<BlobStore> make_directory_blob_store(fs::FileSystem& files, fs::Path directory) {
  return std::make_unique<DirectoryBlobStore>(files, std::move(directory));
}

}  // namespace drover::db
