#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "fs/file_system.h"

namespace drover::fs {
namespace {

Code code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Code::not_found;
    case EEXIST:
      return Code::already_exists;
    case ENOSPC:
    case EDQUOT:
      return Code::disk_full;
    case EFBIG:
      return Code::too_large;
    default:
      return Code::io_failed;
  }
}

/// Takes errno, so it must be called before anything else that may set it.
std::unexpected<Error> refused(std::string_view what, const Path& path) {
  const int error = errno;
  return fail(code_of(error), fmt::format("{}: cannot {}: {}", path.string(), what, std::strerror(error)));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

class RealFile : public File {
 public:
  RealFile(Descriptor fd, Path path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) override {
    while (true) {
      const ssize_t got = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return refused("read", path_);
    }
  }

  Status append(ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_.get(), bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return refused("write", path_);
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
  }

  Status truncate(std::uint64_t size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) return refused("truncate", path_);
    return {};
  }

  Status sync() override {
    if (::fsync(fd_.get()) != 0) return refused("sync", path_);
    return {};
  }

  Result<std::uint64_t> size() override {
    struct stat status{};
    if (::fstat(fd_.get(), &status) != 0) return refused("read", path_);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  Descriptor fd_;
  Path path_;
};

class RealLock : public Lock {
 public:
  explicit RealLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

int flags_of(Open how) {
  switch (how) {
    case Open::read:
      return O_RDONLY;
    case Open::append:
      return O_RDWR | O_APPEND | O_CREAT;
    case Open::create_new:
      return O_RDWR | O_APPEND | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return Kind::file;
  if (S_ISDIR(mode)) return Kind::directory;
  if (S_ISLNK(mode)) return Kind::symlink;
  return Kind::other;
}

class RealFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const Path& path, Open how) override {
    Descriptor fd(::open(path.c_str(), flags_of(how) | O_CLOEXEC | O_NONBLOCK, 0644));
    if (!fd) return refused("open", path);
    return std::make_unique<RealFile>(std::move(fd), path);
  }

  Result<Info> info(const Path& path) override {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return refused("look at", path);
    return Info{kind_of(status.st_mode), static_cast<std::uint64_t>(status.st_size)};
  }

  Result<std::vector<std::string>> list(const Path& directory) override {
    DIR* stream = ::opendir(directory.c_str());
    if (stream == nullptr) return refused("list", directory);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(stream);
    std::ranges::sort(names);
    return names;
  }

  Status make_directory(const Path& path) override {
    if (::mkdir(path.c_str(), 0755) != 0) return refused("make the directory", path);
    return {};
  }

  Status rename(const Path& from, const Path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return refused("rename to " + to.string(), from);
    return {};
  }

  Status unlink(const Path& path) override {
    if (::unlink(path.c_str()) != 0) return refused("remove", path);
    return {};
  }

  Status remove_directory(const Path& path) override {
    if (::rmdir(path.c_str()) != 0) return refused("remove the directory", path);
    return {};
  }

  Status make_symlink(const Path& target, const Path& link) override {
    if (::symlink(target.c_str(), link.c_str()) != 0) return refused("make the symlink", link);
    return {};
  }

  Result<Path> read_symlink(const Path& link) override {
    std::array<char, 4096> target{};
    const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
    if (size < 0) return refused("read the symlink", link);
    return Path(std::string(target.data(), static_cast<std::size_t>(size)));
  }

  Status sync_directory(const Path& directory) override {
    const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return refused("sync the directory", directory);
    return {};
  }

  Result<std::uint64_t> free_bytes(const Path& directory) override {
    struct statvfs status{};
    if (::statvfs(directory.c_str(), &status) != 0) return refused("ask for free space", directory);
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  }

  Result<std::unique_ptr<Lock>> lock(const Path& path, bool exclusive) override {
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return refused("lock", path);
    if (::flock(fd.get(), (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK)
        return fail(Code::conflict,
                    path.string() + ": locked by another process; try again when it has ended");
      return refused("lock", path);
    }
    return std::make_unique<RealLock>(std::move(fd));
  }
};

}  // namespace

FileSystem& real_file_system() {
  static RealFileSystem files;
  return files;
}

}  // namespace drover::fs
