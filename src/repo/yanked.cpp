#include "repo/yanked.h"

#include <algorithm>

namespace drover::repo {

using nlohmann::json;

std::vector<YankedVersion> yanked_of(const trust::Targets& role) {
  std::vector<YankedVersion> all;
  const json* drover = trust::drover_custom(role);
  const auto found = drover == nullptr ? json::const_iterator() : drover->find("yanked");
  if (drover == nullptr || found == drover->end() || !found->is_object()) return all;
  for (const auto& [version, facts] : found->items()) {
    const Result<Version> parsed = Version::parse(version);
    if (!parsed || !facts.is_object()) continue;
    YankedVersion one{.version = *parsed, .at = {}, .reason = {}};
    const auto reason = facts.find("reason");
    one.reason = reason != facts.end() && reason->is_string() ? reason->get<std::string>() : std::string();
    const auto at = facts.find("at");
    if (at != facts.end() && at->is_string())
      one.at = parse_time(at->get_ref<const std::string&>()).value_or(UnixTime{});
    all.push_back(std::move(one));
  }
  std::ranges::sort(all, {}, &YankedVersion::version);
  return all;
}

void add_yanked(trust::Targets& role, const YankedVersion& yanked) {
  trust::drover_custom_of(role)["yanked"][yanked.version.str()] = {{"at", format_time(yanked.at)},
                                                                   {"reason", yanked.reason}};
}

}  // namespace drover::repo
