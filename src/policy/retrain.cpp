#include "policy/retrain.h"

#include <algorithm>
#include <array>

namespace drover::policy {
namespace {

constexpr std::string_view kHttps = "https://", kHttp = "http://";
constexpr std::array<std::string_view, 3> kThisMachine = {"localhost", "127.0.0.1", "[::1]"};

bool is_control_or_blank(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }

/// What stands between the scheme and the path.
std::string_view authority_of(std::string_view url, std::string_view scheme) {
  url.remove_prefix(scheme.size());
  return url.substr(0, url.find_first_of("/?#"));
}

/// The host without its port; nothing where somebody is named before it, who could look like one.
std::string_view host_of(std::string_view authority) {
  if (authority.contains('@')) return {};
  const std::size_t end = authority.starts_with('[') ? authority.find(']') + 1 : authority.find(':');
  const std::string_view host = authority.substr(0, end), rest = authority.substr(host.size());
  return rest.empty() || rest.starts_with(':') ? host : std::string_view{};
}

}  // namespace

bool is_url_for_evidence(std::string_view url) {
  if (std::ranges::any_of(url, is_control_or_blank)) return false;
  if (url.starts_with(kHttps)) return !host_of(authority_of(url, kHttps)).empty();
  if (!url.starts_with(kHttp)) return false;
  return std::ranges::find(kThisMachine, host_of(authority_of(url, kHttp))) != kThisMachine.end();
}

}  // namespace drover::policy
