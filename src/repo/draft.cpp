#include "repo/draft.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace drover::repo {
namespace {

bool has_signed(const trust::Envelope& envelope, const Signers& signers, const std::string& keyid) {
  const trust::RoleKeys alone{.keyids = {keyid}, .threshold = 1};
  return trust::verify(envelope, signers.keys, alone, signers.role).has_value();
}

}  // namespace

Status sign(Draft& draft, const KeyRing& keys) {
  for (Draft::Piece& piece : draft.pieces)
    for (const Signers& signers : piece.signers) DROVER_TRY(keys.sign(piece.envelope, signers.by));
  return {};
}

std::vector<Unsigned> unsigned_of(const Draft& draft) {
  std::vector<Unsigned> all;
  for (const Draft::Piece& piece : draft.pieces)
    for (const Signers& signers : piece.signers) {
      if (!signers.is_needed || trust::verify(piece.envelope, signers.keys, signers.by, signers.role))
        continue;
      Unsigned lacks{.file = piece.file, .role = signers.role, .threshold = signers.by.threshold};
      for (const std::string& keyid : signers.by.keyids)
        if (has_signed(piece.envelope, signers, keyid))
          ++lacks.valid;
        else
          lacks.missing.push_back(keyid);
      all.push_back(std::move(lacks));
    }
  return all;
}

Result<Offer> complete(const Draft& draft) {
  if (const auto lacking = unsigned_of(draft); !lacking.empty()) {
    const Unsigned& first = lacking.front();
    return fail(
        Code::not_authorized,
        fmt::format("{} must be signed by {} of the keys of {}, and is by {}; missing: {}", first.file,
                    first.threshold, first.role, first.valid, fmt::join(first.missing, ", ")));
  }
  Offer offer{.metadata = {}, .blobs = draft.blobs};
  for (const Draft::Piece& piece : draft.pieces) offer.metadata[piece.file] = trust::to_text(piece.envelope);
  return offer;
}

}  // namespace drover::repo
