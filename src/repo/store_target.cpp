#include <fmt/format.h>

#include "repo/repository.h"
#include "repo/repository_files.h"

namespace drover::repo {
namespace {

constexpr std::size_t kCopyBytes = 1 << 20;

Status copy(fs::File& from, fs::File& to, trust::HashCheck& check,
            const std::function<void(std::uint64_t)>& progress) {
  Bytes buffer(kCopyBytes);
  while (const std::size_t got = DROVER_TRY(from.read_at(check.received(), buffer))) {
    const ByteView bytes(buffer.data(), got);
    DROVER_TRY(check.update(bytes));
    DROVER_TRY(to.append(bytes));
    if (progress) progress(check.received());
  }
  DROVER_TRY(check.finish());
  return to.sync();
}

}  // namespace

Status store_target(fs::FileSystem& files, const fs::Path& directory, const TargetInfo& target,
                    const fs::Path& source, const std::function<void(std::uint64_t)>& progress) {
  const fs::Path path = target_path(directory, target.file_path());
  // Named by its hash and renamed when complete: what is there is it.
  if (const auto there = files.info(path); there && there->size == target.length) return {};
  DROVER_TRY(fs::make_directories(files, path.parent_path()));
  fs::Path part = path;
  part += ".part";
  DROVER_TRY(fs::remove_tree(files, part));
  const Status stored = [&]() -> Status {
    const auto from = DROVER_TRY(files.open(source, fs::Open::read));
    const auto to = DROVER_TRY(files.open(part, fs::Open::create_new));
    trust::HashCheck check(target.length, target.hashes);
    DROVER_TRY(copy(*from, *to, check, progress).in(source.string()));
    return files.rename(part, path);
  }();
  if (stored) return files.sync_directory(path.parent_path());
  static_cast<void>(files.unlink(part));
  return stored;
}

}  // namespace drover::repo
