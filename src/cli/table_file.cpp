#include "cli/table_file.h"

#include "bundle/archive.h"

namespace drover::cli {
namespace {

constexpr std::size_t kPieceBytes = 1 << 20;

/// Until the end, or until `take` says that it has enough.
Status pieces_until(const std::string& path, const std::function<Result<bool>(ByteView)>& enough) {
  const bundle::Source source = DROVER_TRY(bundle::open_source(path == "-" ? "/dev/stdin" : path));
  Bytes piece(kPieceBytes);
  for (;;) {
    const std::size_t count = DROVER_TRY(source(piece));
    if (count == 0 || DROVER_TRY(enough(ByteView(piece).first(count)).in(path))) return {};
  }
}

}  // namespace

Status read_pieces(const std::string& path, const std::function<Status(ByteView)>& take) {
  return pieces_until(path, [&](ByteView piece) -> Result<bool> {
    DROVER_TRY(take(piece));
    return false;
  });
}

Status read_rows(const std::string& path, tables::RowReader::OnHeader on_header,
                 tables::RowReader::OnRow on_row, const tables::RowLimits& limits) {
  tables::RowReader reader(std::move(on_header), std::move(on_row), limits);
  DROVER_TRY(read_pieces(path, [&](ByteView piece) { return reader.feed(piece); }));
  return reader.finish().in(path);
}

Result<tables::Header> read_header(const std::string& path) {
  tables::Header header;
  const auto take = [&](const tables::Header& found) { return header = found, Status(); };
  tables::RowReader reader(take, [](const tables::Row&) { return Status(); });
  DROVER_TRY(pieces_until(path, [&](ByteView piece) -> Result<bool> {
    DROVER_TRY(reader.feed(piece));
    return !header.names.empty();
  }));
  if (header.names.empty()) DROVER_TRY(reader.finish().in(path));
  return header;
}

Result<tables::Samples> read_samples(const std::string& path, tables::ChooseColumn choose,
                                     const tables::SampleLimits& limits) {
  tables::SampleReader reader(std::move(choose), limits);
  DROVER_TRY(read_pieces(path, [&](ByteView piece) { return reader.feed(piece); }));
  return reader.finish().in(path);
}

}  // namespace drover::cli
