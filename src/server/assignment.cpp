#include "server/assignment.h"

#include <algorithm>

namespace drover::server {
namespace {

std::uint64_t order_in(const shadow::json& section, const std::string& model) {
  const auto models = section.find("models");
  if (models == section.end() || !models->is_object()) return 0;
  const auto entry = models->find(model);
  if (entry == models->end() || !entry->is_object()) return 0;
  const auto order = entry->find("order");
  return order != entry->end() && order->is_number_unsigned() ? order->get<std::uint64_t>() : 0;
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

}  // namespace drover::server
