// The body of POST /device/v1/enroll, which anybody may send: the JSON, and the certificate request in it.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/ids.h"
#include "net/certificates.h"
#include "server/body.h"

namespace {

/// What the authority would sign is a device's id; what it would not has a reason.
void read_csr(const std::string& csr) {
  using namespace drover;
  const auto name = net::read_request(csr);
  DROVER_ASSERT(name || !name.error().message.empty());
  if (!name) return;
  if (const auto device = DeviceId::parse(*name)) DROVER_ASSERT(device->str() == *name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  const std::string text(reinterpret_cast<const char*>(data), size);
  read_csr(text);
  if (const auto body = server::Body::parse(text)) {
    (void)body->text("token");
    if (const auto csr = body->text("csr")) read_csr(*csr);
  }
  return 0;
}
