#include "base/random.h"
#include "server/audit.h"
#include "server/body.h"
#include "server/handlers.h"

namespace drover::server {

using nlohmann::json;

Result<net::Answer> create_token(Services& services, const Call& call) {
  const Body body = DROVER_TRY(Body::parse(call.request.body));
  db::EnrolmentToken token;
  if (const auto device = DROVER_TRY(body.optional_text("device")))
    token.device = DROVER_TRY(DeviceId::parse(*device).in("device"));
  token.labels = DROVER_TRY(body.texts("labels"));
  const std::uint64_t life = DROVER_TRY(body.number("expires_in_s", 24 * 3600, 365 * 24 * 3600));
  token.expires_at = services.clock->now() + std::chrono::seconds(life);
  const std::string secret = "dre_" + hex(secure_random(20));
  token.hash = sha256(secret);
  DROVER_TRY(services.store->add_token(token));
  const json target = token.device ? json(token.device->str()) : json(nullptr);
  DROVER_TRY(audit(services, call, "token", token.device ? token.device->str() : "any device",
                   {{"labels", token.labels}, {"expires_at", format_time(token.expires_at)}}));
  return json_response({{"token", secret},
                        {"device", target},
                        {"labels", token.labels},
                        {"expires_at", format_time(token.expires_at)}},
                       201);
}

}  // namespace drover::server
