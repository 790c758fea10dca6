#include "agent/unpack_bundle.h"

#include "agent/background.h"
#include "agent/unpack.h"
#include "bundle/archive.h"

namespace drover::agent {
namespace {

class Unpacking : public bundle::Visitor {
 public:
  explicit Unpacking(DirectoryWriter& writer) : writer_(writer) {}
  Status begin(const std::string& path, std::uint64_t /*size*/) override { return writer_.open_file(path); }
  Status data(ByteView chunk) override { return writer_.write(chunk); }
  Status end() override { return writer_.close_file(); }

 private:
  DirectoryWriter& writer_;
};

}  // namespace

Status unpack_bundle(fs::FileSystem& files, const fs::Path& bundle, const fs::Path& into,
                     const std::stop_token& stop) {
  const auto file = DROVER_TRY(files.open(bundle, fs::Open::read));
  std::uint64_t offset = 0;
  const auto source = [&](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
    if (stop.stop_requested()) return fail(stopped());
    const std::size_t got = DROVER_TRY(file->read_at(offset, buffer));
    offset += got;
    return got;
  };
  DirectoryWriter writer(files, into);
  DROVER_TRY(writer.begin());
  Unpacking unpacking(writer);
  const auto manifest = bundle::read_bundle(source, unpacking);
  if (!manifest) return fail(manifest.error());
  return writer.finish();
}

}  // namespace drover::agent
