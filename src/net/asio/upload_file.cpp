#include "net/asio/upload_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/random.h"

namespace drover::net {

UploadFile::UploadFile(const std::filesystem::path& directory)
    : path_(directory / ("upload-" + hex(secure_random(12)))),
      descriptor_(open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}

UploadFile::~UploadFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!path_.empty()) unlink(path_.c_str());
}

bool UploadFile::append(std::string_view bytes) {
  hash_.update(as_bytes(bytes));
  size_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t put = write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

bool UploadFile::finish(Request& request) {
  if (descriptor_ < 0 || fsync(descriptor_) != 0) return false;
  request.upload = Upload{path_, size_, hash_.finish()};
  path_.clear();
  return true;
}

}  // namespace drover::net
