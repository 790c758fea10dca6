#include "worker/files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace drover::worker {
namespace {

std::unexpected<Error> failed(const std::string& path, const char* what) {
  const Code code = errno == ENOENT ? Code::not_found : errno == ENOSPC ? Code::disk_full : Code::io_failed;
  return fail(code, fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)));
}

}  // namespace

Result<Bytes> read_whole(const std::string& path, std::uint64_t bytes_max) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info{};
  if (!fd || ::fstat(fd.get(), &info) != 0) return failed(path, "open");
  if (!S_ISREG(info.st_mode))
    return fail(Code::invalid_argument, fmt::format("{} is not a regular file", path));
  if (static_cast<std::uint64_t>(info.st_size) > bytes_max)
    return fail(Code::too_large,
                fmt::format("{} has {} bytes; at most {} are read", path, info.st_size, bytes_max));
  Bytes bytes(static_cast<std::size_t>(info.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(path, "read");
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

Result<OutputFile> OutputFile::open(const std::string& path) {
  OutputFile file;
  file.path_ = path;
  file.fd_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.fd_) return failed(path, "create");
  return file;
}

Status OutputFile::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(path_, "write");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

PeakMemory::PeakMemory() : fd_(::open("/proc/self/status", O_RDONLY | O_CLOEXEC)) {}

std::uint64_t PeakMemory::bytes() const {
  char text[8192] = {};
  if (!fd_ || ::pread(fd_.get(), text, sizeof text - 1, 0) <= 0) return 0;
  const char* line = std::strstr(text, "VmHWM:");
  return line == nullptr ? 0 : std::strtoull(line + 6, nullptr, 10) * 1024;
}

}  // namespace drover::worker
