#include "version.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace drover::sdk {
namespace {

namespace stdfs = std::filesystem;

constexpr std::size_t kManifestBytesMax = std::size_t{1} << 20;
constexpr int kTries = 100;

std::unexpected<Error> system_error(const stdfs::path& path, const char* doing) {
  const int number = errno;
  return fail(number == ENOENT ? Code::not_found : Code::io_failed,
              fmt::format("{}: cannot {}: {}", path.string(), doing, std::strerror(number)));
}

/// The directory, open and with a shared lock; no descriptor when it is being removed at this moment.
UniqueFd lock_directory(const stdfs::path& path) {
  UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!directory || ::flock(directory.get(), LOCK_SH | LOCK_NB) != 0) return {};
  struct stat held{};
  struct stat named{};
  if (::fstat(directory.get(), &held) != 0 || ::stat(path.c_str(), &named) != 0) return {};
  if (held.st_dev != named.st_dev || held.st_ino != named.st_ino) return {};
  if (::faccessat(directory.get(), "manifest.json", R_OK, 0) != 0) return {};
  return directory;
}

}  // namespace

Result<Digest> active_digest(const stdfs::path& model_dir) {
  std::error_code error;
  const stdfs::path target = stdfs::read_symlink(model_dir / "active", error);
  if (error) return fail(Code::not_found, (model_dir / "active").string() + ": no version is active");
  return parse_digest(target.filename().string()).in((model_dir / "active").string());
}

Result<HeldVersion> HeldVersion::acquire(const stdfs::path& model_dir) {
  for (int tries = 0; tries < kTries; ++tries) {
    HeldVersion version;
    version.digest_ = DROVER_TRY(active_digest(model_dir));
    version.path_ = model_dir / "versions" / version.digest_.hex();
    version.lock_ = lock_directory(version.path_);
    // What is active is not removed: when it could not be held, something else has become active meanwhile.
    if (!version.lock_) continue;
    const Bytes text = DROVER_TRY(version.read("manifest.json", kManifestBytesMax));
    version.manifest_ = DROVER_TRY(bundle::parse_manifest(as_text(text)).in(version.path_.string()));
    return version;
  }
  return fail(Code::io_failed,
              fmt::format("{}: the active version cannot be opened and locked", model_dir.string()));
}

Result<Bytes> HeldVersion::read(const std::string& member, std::size_t bytes_max) const {
  const UniqueFd file(::openat(lock_.get(), member.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat info{};
  if (!file || ::fstat(file.get(), &info) != 0) return system_error(path_ / member, "open");
  if (static_cast<std::uint64_t>(info.st_size) > bytes_max)
    return fail(Code::too_large, fmt::format("{}: {} bytes are more than the {} allowed",
                                             (path_ / member).string(), info.st_size, bytes_max));
  Bytes bytes(static_cast<std::size_t>(info.st_size));
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t got = ::read(file.get(), bytes.data() + at, bytes.size() - at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return system_error(path_ / member, "read");
    at += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace drover::sdk
