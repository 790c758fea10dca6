#include "repo/lifetime.h"

namespace drover::repo {
namespace {

constexpr std::int64_t kLifetimeMax = 100LL * 366 * 86'400;

}  // namespace

std::chrono::seconds lifetime_of(const trust::Common& role, std::chrono::seconds otherwise) {
  const nlohmann::json* drover = trust::drover_custom(role);
  if (drover == nullptr || !drover->contains("lifetime_s")) return otherwise;
  const nlohmann::json& value = (*drover)["lifetime_s"];
  if (!value.is_number_integer()) return otherwise;
  const auto seconds = value.get<std::int64_t>();
  return seconds > 0 && seconds <= kLifetimeMax ? std::chrono::seconds(seconds) : otherwise;
}

void set_lifetime(trust::Common& role, std::chrono::seconds lifetime) {
  trust::drover_custom_of(role)["lifetime_s"] = lifetime.count();
}

void extend(trust::Common& role, UnixTime now, std::chrono::seconds otherwise) {
  role.expires = now + lifetime_of(role, otherwise);
}

bool is_due(const trust::Common& role, UnixTime now, std::chrono::seconds otherwise) {
  return role.expires - now < lifetime_of(role, otherwise) / 2;
}

}  // namespace drover::repo
