#include "cli/bundle_files.h"

#include <fmt/format.h>

namespace drover::cli {
namespace {

using bundle::Source;

/// A source that also takes the file's digest and length.
class Counted {
 public:
  explicit Counted(Source source) : source_(std::move(source)) {}
  Source source() {
    return [this](std::span<std::uint8_t> into) -> Result<std::size_t> {
      const std::size_t got = DROVER_TRY(source_(into));
      hash_.update(into.first(got));
      size_ += got;
      return got;
    };
  }
  BundleFacts facts(bundle::Manifest manifest) { return {std::move(manifest), hash_.finish(), size_}; }

 private:
  Source source_;
  Sha256 hash_;
  std::uint64_t size_ = 0;
};

Result<BundleFacts> read_file(const std::string& path, bundle::Visitor& visitor) {
  Counted counted(DROVER_TRY(bundle::open_source(path)));
  bundle::Manifest manifest = DROVER_TRY(bundle::read_bundle(counted.source(), visitor).in(path));
  return counted.facts(std::move(manifest));
}

class Ignore : public bundle::Visitor {
 public:
  Status begin(const std::string&, std::uint64_t) override { return {}; }
  Status data(ByteView) override { return {}; }
  Status end() override { return {}; }
};

/// Writes each member below a directory.
class Unpack : public bundle::Visitor {
 public:
  explicit Unpack(fs::Path directory) : directory_(std::move(directory)) {}
  Status begin(const std::string& path, std::uint64_t) override {
    const fs::Path file = directory_ / path;
    DROVER_TRY(fs::make_directories(fs::real_file_system(), file.parent_path()));
    file_ = DROVER_TRY(fs::real_file_system().open(file, fs::Open::create_new));
    return {};
  }
  Status data(ByteView chunk) override { return file_->append(chunk); }
  Status end() override {
    file_.reset();
    return {};
  }

 private:
  fs::Path directory_;
  std::unique_ptr<fs::File> file_;
};

/// A directory that is empty afterwards.
Status prepare(const std::string& directory) {
  fs::FileSystem& files = fs::real_file_system();
  DROVER_TRY(fs::make_directories(files, directory));
  if (DROVER_TRY(files.list(directory)).empty()) return {};
  return fail(Code::already_exists, fmt::format("{} is not empty; name a new directory", directory));
}

void empty_out(const std::string& directory) {
  fs::FileSystem& files = fs::real_file_system();
  const auto names = files.list(directory);
  if (!names) return;
  for (const std::string& name : *names)
    if (const Status removed = fs::remove_tree(files, fs::Path(directory) / name); !removed) return;
}

/// The bundle's bytes into a new file, synced.
Status write_new(const bundle::Manifest& manifest, const bundle::Members& members, const fs::Path& path) {
  fs::FileSystem& files = fs::real_file_system();
  DROVER_TRY(fs::remove_tree(files, path));
  const auto file = DROVER_TRY(files.open(path, fs::Open::create_new));
  DROVER_TRY(bundle::write_bundle(manifest, members, [&](ByteView bytes) { return file->append(bytes); }));
  return file->sync();
}

}  // namespace

Result<FileKind> kind_of(const std::string& path) {
  const Source source = DROVER_TRY(bundle::open_source(path));
  Bytes head(512);
  std::size_t have = 0;
  while (have < head.size()) {
    const std::size_t got = DROVER_TRY(source(std::span(head).subspan(have)));
    if (got == 0) break;
    have += got;
  }
  head.resize(have);
  if (bundle::is_bundle(head)) return FileKind::bundle;
  if (head.size() >= 8 && as_text(ByteView(head).subspan(4, 4)) == "TFL3") return FileKind::model;
  return fail(Code::bad_model,
              fmt::format("{}: neither a bundle (a tar that begins with manifest.json) nor a "
                          ".tflite file (its bytes 4 to 7 are \"TFL3\")",
                          path));
}

Result<BundleFacts> check_bundle(const std::string& path) {
  Ignore ignore;
  return read_file(path, ignore);
}

Result<BundleFacts> unpack_bundle(const std::string& path, const std::string& directory) {
  DROVER_TRY(prepare(directory));
  Unpack unpack(directory);
  auto facts = read_file(path, unpack);
  if (!facts) empty_out(directory);
  return facts;
}

Result<BundleFacts> write_bundle_file(const bundle::Manifest& manifest, const bundle::Members& members,
                                      const std::string& path,
                                      const std::function<Status(const std::string&)>& check) {
  fs::FileSystem& files = fs::real_file_system();
  const std::string part = path + ".part";
  const auto written = [&]() -> Result<BundleFacts> {
    DROVER_TRY(write_new(manifest, members, part));
    BundleFacts facts = DROVER_TRY(check_bundle(part));
    DROVER_TRY(check(part));
    DROVER_TRY(files.rename(part, path));
    return facts;
  }();
  if (!written) static_cast<void>(fs::remove_tree(files, part).has_value());
  return written;
}

}  // namespace drover::cli
