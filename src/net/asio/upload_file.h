#pragma once

#include <filesystem>

#include "base/digest.h"
#include "net/server.h"

namespace drover::net {

/// A request's body on its way to disk; removed with the object until finish() hands it to a request.
class UploadFile {
 public:
  explicit UploadFile(const std::filesystem::path& directory);
  ~UploadFile();
  UploadFile(const UploadFile&) = delete;
  UploadFile& operator=(const UploadFile&) = delete;

  bool append(std::string_view bytes);
  /// Makes it durable and fills in Request::upload. False when the disk refused.
  bool finish(Request& request);

 private:
  std::filesystem::path path_;
  int descriptor_;
  Sha256 hash_;
  std::uint64_t size_ = 0;
};

}  // namespace drover::net
