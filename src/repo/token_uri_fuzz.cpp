#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "repo/token_uri.h"

/// What is read names a token, a key and a library.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  const auto uri = repo::parse_token_uri(as_text({data, size}));
  if (!uri) return 0;
  DROVER_ASSERT(!uri->token.empty() || !uri->serial.empty());
  DROVER_ASSERT(!uri->object.empty() || !uri->id.empty());
  DROVER_ASSERT(!uri->module_path.empty());
  return 0;
}
