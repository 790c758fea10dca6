#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/canonical_json.h"
#include "trust/envelope.h"
#include "trust/metadata.h"
#include "trust/trusted_set.h"

namespace {

using namespace drover;
using namespace drover::trust;

/// What is read and written again is the same document.
template <class Role>
void round_trip(const nlohmann::json& body) {
  const Result<Role> role = read_signed<Role>(body);
  if (!role) return;
  const auto again = read_signed<Role>(to_json(*role));
  DROVER_ASSERT(again.has_value());
  DROVER_ASSERT(to_json(*again) == to_json(*role));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  static_cast<void>(TrustedSet::begin(bytes, UnixTime{}));
  const Result<Envelope> envelope = parse_envelope(bytes, kRootBytesMax);
  if (!envelope) return 0;
  round_trip<Root>(envelope->body);
  round_trip<Timestamp>(envelope->body);
  round_trip<Snapshot>(envelope->body);
  round_trip<Targets>(envelope->body);
  return 0;
}
