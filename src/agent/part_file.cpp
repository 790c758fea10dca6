#include "agent/part_file.h"

#include <fmt/format.h>

#include <algorithm>

namespace drover::agent {

Result<PartFile> PartFile::open(fs::FileSystem& files, const fs::Path& path, std::uint64_t length,
                                std::uint64_t sync_every) {
  const bool is_new = !files.info(path).has_value();
  PartFile part(DROVER_TRY(files.open(path, fs::Open::append)), path, length, sync_every);
  DROVER_TRY(files.sync_directory(path.parent_path()));
  if (is_new) return part;
  const std::uint64_t found = DROVER_TRY(part.file_->size());
  part.size_ = found == 0 || found > length ? 0 : (found - 1) / sync_every * sync_every;
  if (found != part.size_) DROVER_TRY(part.file_->truncate(part.size_));
  return part;
}

Status PartFile::append(ByteView bytes) {
  if (size_ + bytes.size() > length_)
    return fail(Code::bad_length, fmt::format("{}: more than the {} bytes that the signed metadata name",
                                              path_.string(), length_));
  while (!bytes.empty()) {
    const std::uint64_t to_sync = sync_every_ - size_ % sync_every_;
    const ByteView piece = bytes.first(std::min<std::uint64_t>(to_sync, bytes.size()));
    DROVER_TRY(file_->append(piece));
    size_ += piece.size();
    bytes = bytes.subspan(piece.size());
    if (size_ % sync_every_ == 0) DROVER_TRY(file_->sync());
  }
  return {};
}

Status PartFile::empty() {
  DROVER_TRY(file_->truncate(0));
  size_ = 0;
  return {};
}

}  // namespace drover::agent
