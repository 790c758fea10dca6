#include "trust/envelope.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/assert.h"
#include "base/canonical_json.h"
#include "trust/fields.h"

namespace drover::trust {
namespace {

using fields::bad;
using nlohmann::json;

constexpr std::size_t kSignaturesMax = 256;

Result<std::vector<Signature>> read_signatures(const json& list) {
  if (!list.is_array()) return bad("\"signatures\" is not a list");
  if (list.size() > kSignaturesMax)
    return fail(Code::too_many,
                fmt::format("{} signatures, at most {} are read", list.size(), kSignaturesMax));
  std::vector<Signature> signatures;
  std::set<std::string> seen;
  for (const json& value : list) {
    DROVER_TRY(fields::object(value, "a signature"));
    Signature signature{.keyid = DROVER_TRY(fields::text_at(value, "keyid")),
                        .sig = DROVER_TRY(fields::text_at(value, "sig")),
                        .unknown = fields::unknown(value, {"keyid", "sig"})};
    if (!seen.insert(signature.keyid).second)
      return bad(fmt::format("the keyid {} stands twice in \"signatures\"", signature.keyid.substr(0, 80)));
    signatures.push_back(std::move(signature));
  }
  return signatures;
}

}  // namespace

Result<Envelope> parse_envelope(ByteView bytes, std::uint64_t bytes_max) {
  Result<json> document = parse_json(as_text(bytes), {.bytes_max = bytes_max});
  if (!document && document.error().code == Code::too_large) return fail(std::move(document).error());
  if (!document) return bad(document.error().text());
  DROVER_TRY(fields::object(*document, "the file"));
  Envelope envelope;
  const json* signatures = DROVER_TRY(fields::member(*document, "signatures"));
  envelope.signatures = DROVER_TRY(read_signatures(*signatures));
  envelope.body = *DROVER_TRY(fields::object_at(*document, "signed"));
  envelope.unknown = fields::unknown(*document, {"signed", "signatures"});
  return envelope;
}

std::string to_text(const Envelope& envelope) {
  json document = envelope.unknown;
  document["signed"] = envelope.body;
  document["signatures"] = json::array();
  for (const Signature& signature : envelope.signatures) {
    json value = signature.unknown;
    value["keyid"] = signature.keyid;
    value["sig"] = signature.sig;
    document["signatures"].push_back(std::move(value));
  }
  return document.dump(2) + "\n";
}

Status sign(Envelope& envelope, const PrivateKey& key) {
  const Result<std::string> text = canonical_json(envelope.body);
  DROVER_ASSERT(text.has_value());
  const Bytes signature = DROVER_TRY(key.sign(as_bytes(*text)));
  std::erase_if(envelope.signatures, [&](const Signature& old) { return old.keyid == key.keyid(); });
  envelope.signatures.push_back({.keyid = key.keyid(), .sig = hex(signature)});
  return {};
}

Status verify(const Envelope& envelope, const Keys& keys, const RoleKeys& role, std::string_view role_name) {
  Result<std::string> text = canonical_json(envelope.body);
  if (!text) return bad(text.error().text());
  std::set<std::string> signers;  // by key, not by keyid: §4.3 "each key is counted once"
  for (const Signature& signature : envelope.signatures) {
    const auto key = keys.find(signature.keyid);
    if (key == keys.end() || std::ranges::find(role.keyids, signature.keyid) == role.keyids.end()) continue;
    const Result<Bytes> raw = from_hex(signature.sig);
    if (raw && verifies(key->second, as_bytes(*text), *raw)) signers.insert(identity_of(key->second));
  }
  if (role.threshold >= 1 && signers.size() >= static_cast<std::size_t>(role.threshold)) return {};
  return fail(Code::bad_signature, fmt::format("{} is signed by {} of the keys trusted for it, {} must",
                                               role_name, signers.size(), role.threshold));
}

}  // namespace drover::trust
