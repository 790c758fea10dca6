#include "server/shadows.h"

#include "base/canonical_json.h"
#include "base/log.h"
#include "server/assignment.h"
#include "server/publication.h"
#include "server/router.h"
#include "shadow/answers.h"

namespace drover::server {
namespace {

net::Response rejected(Services& services, const shadow::Rejection& rejection) {
  return json_response(shadow::rejected_answer(rejection, services.clock->now()), rejection.code);
}

/// Whether the update may be made, and of which models it says what: nothing but desired.models of a device's
/// own shadow is anything to the agent.
shadow::Outcome<std::vector<Pin>> allowed_pins(Services& services, const std::string& name,
                                               const shadow::Update& update, Author author) {
  if (!name.empty()) return std::vector<Pin>();
  auto pins = read_pins(update);
  if (!pins) return pins;
  const bool touches = update.desired && (update.desired->is_null() || update.desired->contains("models"));
  if (author == Author::device && touches)
    return std::unexpected(shadow::Rejection{403, "state.desired.models: is written by the server"});
  for (const Pin& pin : *pins) {
    if (!pin.version || pin.order) continue;  // with an order it stands there already, or is rejected
    if (const Status published = check_published(services, pin.model, *pin.version); !published)
      return std::unexpected(shadow::Rejection{
          400, "state.desired.models." + pin.model.str() + ": " + published.error().text()});
  }
  return pins;
}

}  // namespace

std::string shadow_key(const std::string& thing) { return "shadow/" + thing; }

bool is_shadow_name(const std::string& name) {
  return name.size() <= 64 && name.find_first_not_of(
                                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789$:_-") == std::string::npos;
}

Result<shadow::Document> parse_shadow(const std::optional<std::string>& stored) {
  if (!stored) return shadow::Document{};
  return shadow::from_json(DROVER_TRY(parse_json(*stored, {.bytes_max = 64 << 20, .depth_max = 200})));
}

Result<shadow::Document> load_shadow(Services& services, const std::string& thing, const std::string& name) {
  return parse_shadow(DROVER_TRY(services.store->load_shadow(thing, name))).in("shadow of " + thing);
}

Result<shadow::Outcome<ShadowChanged>> change_shadow(Services& services, const std::string& thing,
                                                     const std::string& name, const ShadowChange& change) {
  shadow::Outcome<ShadowChanged> outcome;
  const auto apply = [&](const std::optional<std::string>& stored) -> Result<std::string> {
    shadow::Document before = DROVER_TRY(parse_shadow(stored).in("shadow of " + thing));
    shadow::Outcome<shadow::Document> after = change(before);
    if (!after) {
      outcome = std::unexpected(after.error());
      return fail(Code::conflict, after.error().message);
    }
    std::string text = shadow::to_json(*after).dump();
    outcome = ShadowChanged{std::move(before), std::move(*after)};
    return text;
  };
  const Status stored = services.store->change_shadow(thing, name, apply);
  if (!outcome) return outcome;
  if (!stored) return fail(stored.error());
  if (outcome->after.desired_version != outcome->before.desired_version) services.notify(shadow_key(thing));
  return outcome;
}

net::Response update_shadow(Services& services, const std::string& thing, const std::string& name,
                            const std::string& body, Author author) {
  const shadow::Limits limits = services.shadow_limits();
  const shadow::Outcome<shadow::Update> update = shadow::parse_update(body, limits);
  if (!update) return rejected(services, update.error());
  const shadow::Outcome<std::vector<Pin>> pins = allowed_pins(services, name, *update, author);
  if (!pins) return rejected(services, pins.error());
  const UnixTime now = services.clock->now();
  shadow::Update made;
  const ShadowChange change = [&](const shadow::Document& before) -> shadow::Outcome<shadow::Document> {
    auto pinned = pin(before, *pins, *update);
    if (!pinned) return std::unexpected(pinned.error());
    made = std::move(*pinned);
    return shadow::apply(before, made, now, limits);
  };
  const auto changed = change_shadow(services, thing, name, change);
  if (!changed && changed.error().code == Code::too_many)
    return rejected(services, {429, changed.error().message});
  if (!changed) {
    log::error("a shadow cannot be stored", {{"thing", thing}, {"error", changed.error().text()}});
    return rejected(services, {500, "Internal service failure"});
  }
  if (!*changed) return rejected(services, changed->error());
  return json_response(shadow::accepted_answer((*changed)->after, made));
}

}  // namespace drover::server
