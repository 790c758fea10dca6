#pragma once

#include <map>
#include <string>
#include <vector>

#include "repo/key_ring.h"
#include "repo/repository.h"
#include "trust/envelope.h"

namespace drover::repo {

/// Who has to sign a file: so many of these keys, as this role.
struct Signers {
  std::string role;
  trust::Keys keys;
  trust::RoleKeys by;
  bool is_needed = true;  // else: where they are at hand
};

/// What an edit made and not all have signed: it goes from holder to holder as a file, and becomes an Offer
/// when enough of them did (docs/formats/draft.md). What it says of who must sign is for the holders to read;
/// what counts is what the repository's own metadata say, when it is installed.
struct Draft {
  struct Piece {
    std::string file;  // "3.targets.json"
    trust::Envelope envelope;
    std::vector<Signers> signers;
  };
  std::vector<Piece> pieces;
  std::map<std::string, std::string> blobs;  // as an Offer's
};

/// Adds the signatures of those keys that are asked for. Errors: those of a token.
Status sign(Draft& draft, const KeyRing& keys);

/// A signature that is still missing.
struct Unsigned {
  std::string file = {}, role = {};
  std::int64_t threshold = 1, valid = 0;
  std::vector<std::string> missing = {};  // keyids that could still sign
};
std::vector<Unsigned> unsigned_of(const Draft& draft);

/// Errors: not_authorized that names what is unsigned, and by whom.
Result<Offer> complete(const Draft& draft);

inline constexpr std::uint64_t kDraftBytesMax = std::uint64_t{32} << 20;
std::string to_text(const Draft& draft);
/// Errors: bad_json, bad_metadata, bad_key, too_large.
Result<Draft> parse_draft(ByteView text);

}  // namespace drover::repo
