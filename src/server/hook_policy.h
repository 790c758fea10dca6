#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace drover::server {

/// What an alert from outside may do to a device.
enum class HookAct : std::uint8_t {
  record,   ///< nothing: it is written down
  hold,     ///< the device stays at what it runs: an assignment not taken up yet is withdrawn
  rollback  ///< the device is assigned its previous version
};

/// `hooks.act` of server.toml: "rollback" for all models, or by model: "defect=rollback,kws=hold,record".
class HookPolicy {
 public:
  /// Errors: invalid_argument.
  static Result<HookPolicy> parse(std::string_view text);
  [[nodiscard]] HookAct of(const ModelName& model) const;

 private:
  HookAct otherwise_ = HookAct::record;
  std::map<ModelName, HookAct> by_model_;
};

}  // namespace drover::server
