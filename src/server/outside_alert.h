#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/result.h"

namespace drover::server {

/// One alert as Grafana or Alertmanager tells it (docs/formats/hooks.md); both use the same names.
struct OutsideAlert {
  std::string fingerprint = {};  // of its labels; ours when the sender gives none
  std::string starts_at = {};    // as sent
  bool firing = false;           // else resolved
  std::optional<UnixTime> began = {};
  std::string name = {}, device = {}, model = {}, version = {};  // its labels; empty: it has none
  nlohmann::json evidence = {};  // labels, annotations and values, cut to what the audit keeps

  [[nodiscard]] const char* status() const { return firing ? "firing" : "resolved"; }
  /// Grafana's word for a query that gave nothing or failed: labels of the rule, and no verdict.
  [[nodiscard]] bool is_no_verdict() const { return name == "DatasourceNoData" || name == "DatasourceError"; }
};

struct OutsideAlerts {
  std::vector<OutsideAlert> alerts = {};
  std::vector<std::string> unread = {};  // alerts that could not be read: where and why
  std::uint64_t truncated = 0;           // alerts that the sender left out of the body
};

inline constexpr std::size_t kHookBytesMax = 1 << 20;
inline constexpr std::size_t kHookAlertsMax = 1000;

/// Reads a webhook's body; unknown members are nothing. Errors: bad_json, too_large, too_many for a body of
/// which nothing can be read; an alert that is wrong alone stands in `unread`.
Result<OutsideAlerts> read_outside_alerts(std::string_view body);

/// RFC 3339: "2026-01-01T12:00:00.123456789+02:00", whole seconds of it.
std::optional<UnixTime> parse_rfc3339(std::string_view text);

}  // namespace drover::server
