#pragma once

#include "base/digest.h"

namespace drover {

/// HMAC-SHA256 (RFC 2104).
Digest hmac_sha256(ByteView key, ByteView bytes);

/// Whether both are the same, in a time that tells nothing of where they differ.
bool equal_secrets(ByteView left, ByteView right);

}  // namespace drover
