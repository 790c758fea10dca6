// A draft as a file: docs/formats/draft.md.
#include <fmt/format.h>

#include "base/canonical_json.h"
#include "base/json_fields.h"
#include "repo/draft.h"

namespace drover::repo {
namespace {

using nlohmann::json;

constexpr int kSchema = 1;
constexpr std::size_t kPiecesMax = 4096, kSignersMax = 16, kKeysMax = 1024, kNameBytesMax = 1024;

json to_json(const Signers& signers) {
  json keys = json::object();
  for (const std::string& keyid : signers.by.keyids)
    if (const auto key = signers.keys.find(keyid); key != signers.keys.end())
      keys[keyid] = key->second.document;
  return {{"role", signers.role},
          {"keys", std::move(keys)},
          {"threshold", signers.by.threshold},
          {"needed", signers.is_needed}};
}

json to_json(const Draft::Piece& piece) {
  json signers = json::array();
  for (const Signers& each : piece.signers) signers.push_back(to_json(each));
  return {{"file", piece.file},
          {"content", json::parse(trust::to_text(piece.envelope))},
          {"signers", std::move(signers)}};
}

Result<Signers> read_signers(const json& value, const std::string& place) {
  JsonFields fields = DROVER_TRY(JsonFields::of(value, place, Code::bad_json));
  Signers read{.role = DROVER_TRY(fields.text("role", kNameBytesMax)), .keys = {}, .by = {}};
  const json* keys = DROVER_TRY(fields.object("keys", kKeysMax));
  for (const auto& [keyid, key] : keys->items()) {
    read.keys[keyid] = DROVER_TRY(trust::parse_key(key).in(fields.at("keys") + "." + keyid));
    read.by.keyids.push_back(keyid);
  }
  read.by.threshold = static_cast<std::int64_t>(DROVER_TRY(fields.unsigned_number("threshold", kKeysMax)));
  read.is_needed = DROVER_TRY(fields.boolean("needed"));
  DROVER_TRY(fields.done());
  return read;
}

Result<Draft::Piece> read_piece(const json& value, const std::string& place) {
  JsonFields fields = DROVER_TRY(JsonFields::of(value, place, Code::bad_json));
  Draft::Piece piece{.file = DROVER_TRY(fields.text("file", kNameBytesMax)), .envelope = {}, .signers = {}};
  const json* content = DROVER_TRY(fields.value("content"));
  piece.envelope =
      DROVER_TRY(trust::parse_envelope(as_bytes(content->dump()), trust::kTargetsBytesMax).in(piece.file));
  if (!trust::read_signed<trust::Root>(piece.envelope.body))
    DROVER_TRY(trust::read_signed<trust::Targets>(piece.envelope.body).in(piece.file));
  const json* signers = DROVER_TRY(fields.array("signers", kSignersMax));
  for (std::size_t i = 0; i < signers->size(); ++i)
    piece.signers.push_back(DROVER_TRY(read_signers((*signers)[i], fmt::format("{}.signers[{}]", place, i))));
  DROVER_TRY(fields.done());
  return piece;
}

}  // namespace

std::string to_text(const Draft& draft) {
  json pieces = json::array();
  for (const Draft::Piece& piece : draft.pieces) pieces.push_back(to_json(piece));
  const json document = {{"drover_draft", kSchema}, {"pieces", std::move(pieces)}, {"blobs", draft.blobs}};
  return document.dump(1) + "\n";
}

Result<Draft> parse_draft(ByteView text) {
  const json document = DROVER_TRY(parse_json(as_text(text), {.bytes_max = kDraftBytesMax}));
  JsonFields fields = DROVER_TRY(JsonFields::of(document, "", Code::bad_json));
  if (const auto schema = DROVER_TRY(fields.unsigned_number("drover_draft")); schema != kSchema)
    return fail(Code::unsupported, fmt::format("drover_draft: {}; this build reads {}", schema, kSchema));
  Draft draft;
  const json* pieces = DROVER_TRY(fields.array("pieces", kPiecesMax));
  for (std::size_t i = 0; i < pieces->size(); ++i)
    draft.pieces.push_back(DROVER_TRY(read_piece((*pieces)[i], fmt::format("pieces[{}]", i))));
  const json* blobs = DROVER_TRY(fields.object("blobs", kPiecesMax));
  JsonFields texts = DROVER_TRY(JsonFields::of(*blobs, "blobs", Code::bad_json));
  for (const auto& [path, unused] : blobs->items())
    draft.blobs[path] = DROVER_TRY(texts.text(path, trust::kTimestampBytesMax));
  DROVER_TRY(fields.done());
  return draft;
}

}  // namespace drover::repo
