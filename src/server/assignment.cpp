#include "server/assignment.h"

#include <fmt/format.h>

#include <algorithm>

namespace drover::server {
namespace {

using shadow::json;

constexpr std::size_t kModelNameShown = 64;

std::uint64_t order_in(const shadow::json& section, const std::string& model) {
  const auto models = section.find("models");
  if (models == section.end() || !models->is_object()) return 0;
  const auto entry = models->find(model);
  if (entry == models->end() || !entry->is_object()) return 0;
  const auto order = entry->find("order");
  return order != entry->end() && order->is_number_unsigned() ? order->get<std::uint64_t>() : 0;
}

std::string place_of(const std::string& model) {
  return "state.desired.models." + model.substr(0, kModelNameShown);
}

std::unexpected<shadow::Rejection> reject(const std::string& place, std::string_view why) {
  return std::unexpected(shadow::Rejection{400, fmt::format("{}: {}", place, why)});
}

shadow::Outcome<Pin> read_pin(const std::string& name, const json& entry) {
  const std::string place = place_of(name);
  const auto model = ModelName::parse(name);
  if (!model) return reject(place, model.error().message);
  Pin pin{.model = *model};
  if (entry.is_null()) return pin;
  if (!entry.is_object() || !entry.contains("version") || !entry["version"].is_string())
    return reject(place, R"(expected {"version":"1.2.3"}, or null to take the assignment away)");
  for (const auto& [key, value] : entry.items())
    if (key != "version" && key != "order") return reject(place + "." + key.substr(0, 64), "no such member");
  const auto version = Version::parse(entry["version"].get<std::string>());
  if (!version) return reject(place + ".version", version.error().message);
  pin.version = *version;
  if (!entry.contains("order")) return pin;
  if (!entry["order"].is_number_unsigned()) return reject(place + ".order", "not a whole number");
  pin.order = entry["order"].get<std::uint64_t>();
  return pin;
}

bool stands_there(const shadow::Document& document, const Pin& pin) {
  const auto models = document.desired.find("models");
  if (models == document.desired.end() || !models->is_object()) return false;
  const auto entry = models->find(pin.model.str());
  return entry != models->end() && entry->is_object() &&
         entry->value("version", json()) == pin.version->str() &&
         order_in(document.desired, pin.model.str()) == *pin.order;
}

}  // namespace

Assignment assign(const shadow::Document& document, const ModelName& model, const Version& version) {
  Assignment made;
  made.order =
      1 + std::max(order_in(document.desired, model.str()), order_in(document.reported, model.str()));
  made.update.desired =
      shadow::json{{"models", {{model.str(), {{"version", version.str()}, {"order", made.order}}}}}};
  return made;
}

shadow::Outcome<std::vector<Pin>> read_pins(const shadow::Update& update) {
  std::vector<Pin> pins;
  if (!update.desired || !update.desired->is_object() || !update.desired->contains("models")) return pins;
  const json& models = update.desired->at("models");
  if (models.is_null()) return pins;
  if (!models.is_object()) return reject("state.desired.models", "expected an object of models by name");
  for (const auto& [name, entry] : models.items()) {
    auto pin = read_pin(name, entry);
    if (!pin) return std::unexpected(pin.error());
    pins.push_back(std::move(*pin));
  }
  return pins;
}

shadow::Outcome<shadow::Update> pin(const shadow::Document& before, const std::vector<Pin>& pins,
                                    shadow::Update update) {
  for (const Pin& pin : pins) {
    const std::string& name = pin.model.str();
    if (!pin.version || (pin.order && stands_there(before, pin))) continue;
    if (pin.order)
      return reject(place_of(name) + ".order", "the server counts the assignments; leave the order out");
    update.desired->at("models")[name] =
        assign(before, pin.model, *pin.version).update.desired->at("models")[name];
  }
  return update;
}

}  // namespace drover::server
