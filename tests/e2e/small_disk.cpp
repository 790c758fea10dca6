#include "small_disk.h"

#include <fcntl.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/unique_fd.h"

namespace drover::e2e {

SmallDisk::SmallDisk(const Path& at) : at_(at) {
  std::filesystem::create_directories(at_);
  if (::mount("drover-test", at_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=64m,mode=0700") != 0)
    refused_ = std::string("a tmpfs cannot be mounted: ") + std::strerror(errno);
}

SmallDisk::~SmallDisk() {
  if (refused_.empty()) ::umount2(at_.c_str(), MNT_DETACH);
}

void SmallDisk::fill(std::uint64_t left) const {
  const UniqueFd filler(::open((at_ / "filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  // Others write meanwhile: what was free a moment ago may not be.
  for (int tries = 0; tries < 20; ++tries) {
    const std::uint64_t there = free_bytes();
    if (there <= left) return;
    if (::posix_fallocate(filler.get(), 0, static_cast<off_t>(there - left)) == 0) return;
  }
  throw std::runtime_error("cannot fill " + at_.string());
}

}  // namespace drover::e2e
