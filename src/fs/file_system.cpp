#include "fs/file_system.h"

#include <fmt/format.h>

namespace drover::fs {
namespace {

Path parent_of(const Path& path) { return path.has_parent_path() ? path.parent_path() : Path("."); }

bool is_missing(const Error& error) { return error.code == Code::not_found; }

}  // namespace

Result<Bytes> read_file(FileSystem& files, const Path& path, std::uint64_t bytes_max) {
  auto file = DROVER_TRY(files.open(path, Open::read));
  const std::uint64_t size = DROVER_TRY(file->size());
  const auto too_large = [&] {
    return fail(Code::too_large,
                fmt::format("{}: larger than the {} bytes allowed", path.string(), bytes_max));
  };
  if (size > bytes_max) return too_large();
  Bytes bytes(size);
  std::size_t filled = 0;
  // A file of /proc tells size 0 and one that is written to may grow: read until there is no more.
  while (true) {
    if (filled == bytes.size()) bytes.resize(filled + 4096);
    const std::size_t got = DROVER_TRY(file->read_at(filled, std::span(bytes).subspan(filled)));
    if (got == 0) break;
    filled += got;
    if (filled > bytes_max) return too_large();
  }
  bytes.resize(filled);
  return bytes;
}

Status write_atomically(FileSystem& files, const Path& path, ByteView bytes) {
  Path beside = path;
  beside += ".new";
  if (Status removed = files.unlink(beside); !removed && !is_missing(removed.error())) return removed;
  const Status written = [&]() -> Status {
    auto file = DROVER_TRY(files.open(beside, Open::create_new));
    DROVER_TRY(file->append(bytes));
    DROVER_TRY(file->sync());
    return files.rename(beside, path);
  }();
  if (!written) {
    static_cast<void>(files.unlink(beside));
    return written;
  }
  return files.sync_directory(parent_of(path));
}

Status make_directories(FileSystem& files, const Path& path) {
  const auto info = files.info(path);
  if (info && info->kind == Kind::directory) return {};
  if (info && info->kind == Kind::file)
    return fail(Code::already_exists, path.string() + ": a file stands where a directory is needed");
  if (info) return {};  // a symlink to a directory, as an administrator may have made
  if (!is_missing(info.error())) return fail(info.error());
  if (path.has_parent_path() && path.parent_path() != path)
    DROVER_TRY(make_directories(files, path.parent_path()));
  if (Status made = files.make_directory(path); !made && made.error().code != Code::already_exists)
    return made;
  return files.sync_directory(parent_of(path));
}

Status remove_tree(FileSystem& files, const Path& path) {
  const auto info = files.info(path);
  if (!info) return is_missing(info.error()) ? Status{} : Status(fail(info.error()));
  if (info->kind != Kind::directory) return files.unlink(path);
  for (const std::string& name : DROVER_TRY(files.list(path))) DROVER_TRY(remove_tree(files, path / name));
  return files.remove_directory(path);
}

}  // namespace drover::fs
