#include "agent/unpack.h"

#include <algorithm>

#include "base/assert.h"

namespace drover::agent {
namespace {

constexpr std::uint64_t kSyncEvery = std::uint64_t{4} << 20;

}  // namespace

Status DirectoryWriter::begin() {
  DROVER_TRY(files_.make_directory(root_));
  directories_.push_back(root_);
  return {};
}

Status DirectoryWriter::make_parents(const fs::Path& path) {
  if (std::ranges::find(directories_, path) != directories_.end()) return {};
  DROVER_TRY(make_parents(path.parent_path()));
  DROVER_TRY(files_.make_directory(path));
  directories_.push_back(path);
  return {};
}

Status DirectoryWriter::open_file(const std::string& path) {
  const fs::Path at = root_ / path;
  DROVER_TRY(make_parents(at.parent_path()));
  file_ = DROVER_TRY(files_.open(at, fs::Open::create_new));
  unsynced_ = 0;
  return {};
}

Status DirectoryWriter::write(ByteView bytes) {
  DROVER_ASSERT(file_ != nullptr);
  DROVER_TRY(file_->append(bytes));
  unsynced_ += bytes.size();
  if (unsynced_ < kSyncEvery) return {};
  unsynced_ = 0;
  return file_->sync();
}

Status DirectoryWriter::close_file() {
  DROVER_ASSERT(file_ != nullptr);
  const auto file = std::move(file_);
  return file->sync();
}

Status DirectoryWriter::finish() {
  for (const fs::Path& directory : directories_) DROVER_TRY(files_.sync_directory(directory));
  return {};
}

}  // namespace drover::agent
