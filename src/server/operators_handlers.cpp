// Operators and their tokens: an admin makes them, and takes them back.
#include <fmt/format.h>

#include "base/random.h"
#include "server/audit.h"
#include "server/body.h"
#include "server/handlers.h"
#include "server/listing.h"

namespace drover::server {
namespace {

using nlohmann::json;

constexpr std::uint64_t kLifeMax_s = 10ULL * 365 * 24 * 3600;

json describe_operator(const db::Operator& who) {
  return {{"name", who.name},
          {"role", db::name(who.role)},
          {"created_at", optional_time(who.created_at)},
          {"expires_at", optional_time(who.expires_at)}};
}

Status check_name(const std::string& name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-";
  if (!name.empty() && name.size() <= 64 && name.find_first_not_of(allowed) == std::string::npos) return {};
  return fail(Code::invalid_argument, "name: has 1 to 64 characters of a-z, A-Z, 0-9 and ._@-");
}

}  // namespace

Result<net::Answer> create_operator(Services& services, const Call& call) {
  const Body body = DROVER_TRY(Body::parse(call.request.body));
  db::Operator who;
  who.name = DROVER_TRY(body.text("name"));
  DROVER_TRY(check_name(who.name));
  const std::string role = DROVER_TRY(body.text("role"));
  who.role = DROVER_TRY(db::parse_role(role).in("role"));
  const std::uint64_t life_s = DROVER_TRY(body.number("expires_in_s", 0, kLifeMax_s));
  who.created_at = services.clock->now();
  if (life_s > 0) who.expires_at = *who.created_at + std::chrono::seconds(life_s);
  const std::string secret = "dro_" + hex(secure_random(24));
  DROVER_TRY(services.store->add_operator(who, sha256(secret)));
  json made = describe_operator(who);
  DROVER_TRY(audit(services, call, "operator", who.name, made));
  made["token"] = secret;
  return json_response(made, 201);
}

Result<net::Answer> list_operators(Services& services, const Call& /*call*/) {
  json list = json::array();
  for (const db::Operator& who : DROVER_TRY(services.store->list_operators()))
    list.push_back(describe_operator(who));
  return json_response({{"operators", std::move(list)}});
}

Result<net::Answer> revoke_operator(Services& services, const Call& call) {
  const std::string& name = call.parameters[0];
  DROVER_TRY(services.store->remove_operator(name));
  DROVER_TRY(audit(services, call, "operator_revoke", name, json::object()));
  return json_response({{"name", name}, {"revoked", true}});
}

}  // namespace drover::server
