#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/unique_fd.h"
#include "bundle/archive.h"

namespace drover::bundle {

Source source_of(ByteView bytes) {
  return [bytes](std::span<std::uint8_t> into) mutable -> Result<std::size_t> {
    const std::size_t count = std::min(into.size(), bytes.size());
    std::copy_n(bytes.begin(), count, into.begin());
    bytes = bytes.subspan(count);
    return count;
  };
}

Result<Source> open_source(const std::string& path) {
  auto file = std::make_shared<UniqueFd>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file->get() < 0)
    return fail(errno == ENOENT ? Code::not_found : Code::io_failed,
                fmt::format("{}: {}", path, std::strerror(errno)));
  return [file, path](std::span<std::uint8_t> into) -> Result<std::size_t> {
    for (;;) {
      const ssize_t got = ::read(file->get(), into.data(), into.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return fail(Code::io_failed, fmt::format("{}: {}", path, std::strerror(errno)));
    }
  };
}

}  // namespace drover::bundle
