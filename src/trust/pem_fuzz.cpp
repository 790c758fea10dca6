#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "trust/private_key.h"
#include "trust/public_pem.h"

/// A key is read or refused; one that was read verifies nothing that it did not sign, and is read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  const std::string_view text = as_text({data, size});
  if (const auto key = trust::key_from_pem(text)) {
    DROVER_ASSERT(!trust::verifies(*key, as_bytes("message"), as_bytes("no signature")));
    if (key->scheme != "ed25519") DROVER_ASSERT(*trust::key_from_pem(key->public_value) == *key);
  }
  static_cast<void>(trust::PrivateKey::from_pem(text, "passphrase"));
  return 0;
}
