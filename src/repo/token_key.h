#pragma once

#include <string_view>

#include "base/result.h"
#include "fs/file_system.h"
#include "trust/private_key.h"

namespace drover::repo {

/// The private key in a PKCS#11 token that a URI names (RFC 7512):
///
///     pkcs11:token=drover;object=targets?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/pin
///
/// `token` or `serial`, and `object` or `id`, must single one key out; `module-path` is the token's own
/// library. The PIN is the first line of the file that `pin-source` names, else `pin`. A PIN in the URI
/// itself is refused: it would lie beside what it opens. Errors: invalid_argument (the URI), not_found (no
/// such token or key, or several), bad_key (the PIN, the kind of key), those of the file.
Result<trust::PrivateKey> token_key(fs::FileSystem& files, std::string_view uri, std::string_view pin = {});

}  // namespace drover::repo
