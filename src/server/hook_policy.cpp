#include "server/hook_policy.h"

#include <fmt/format.h>

namespace drover::server {
namespace {

Result<HookAct> parse_act(std::string_view text) {
  if (text == "record") return HookAct::record;
  if (text == "hold") return HookAct::hold;
  if (text == "rollback") return HookAct::rollback;
  return fail(Code::invalid_argument,
              fmt::format("\"{}\" is none of record, hold, rollback", text.substr(0, 64)));
}

}  // namespace

Result<HookPolicy> HookPolicy::parse(std::string_view text) {
  HookPolicy policy;
  while (!text.empty()) {
    const std::string_view entry = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), entry.size() + 1));
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) {
      policy.otherwise_ = DROVER_TRY(parse_act(entry));
      continue;
    }
    const ModelName model = DROVER_TRY(ModelName::parse(entry.substr(0, equals)));
    policy.by_model_[model] = DROVER_TRY(parse_act(entry.substr(equals + 1)));
  }
  return policy;
}

HookAct HookPolicy::of(const ModelName& model) const {
  const auto found = by_model_.find(model);
  return found == by_model_.end() ? otherwise_ : found->second;
}

}  // namespace drover::server
