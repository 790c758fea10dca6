#include "trust/target_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"

namespace drover::trust {
namespace {

constexpr std::size_t kPathBytesMax = 1024;

/// fnmatch's `*` and `?` for one segment, in linear memory and time |pattern| × |text| at most.
bool segment_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  return std::ranges::all_of(pattern.substr(p), [](char c) { return c == '*'; });
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

Status check_target_path(std::string_view path) {
  const auto bad = [&](std::string_view why) {
    return fail(Code::bad_metadata, fmt::format("target path \"{}\": {}", path.substr(0, 200), why));
  };
  if (path.empty()) return bad("is empty");
  if (path.size() > kPathBytesMax) return bad("is longer than 1024 bytes");
  if (path.front() == '/') return bad("is absolute");
  if (path.contains('\\')) return bad("has a backslash");
  if (std::ranges::any_of(path, is_control)) return bad("has a control character");
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..")
      return bad("has an empty, \".\" or \"..\" segment");
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
}

bool path_matches(std::string_view pattern, std::string_view path) {
  while (true) {
    const std::size_t pattern_slash = pattern.find('/');
    const std::size_t path_slash = path.find('/');
    if (!segment_matches(pattern.substr(0, pattern_slash), path.substr(0, path_slash))) return false;
    if (pattern_slash == std::string_view::npos || path_slash == std::string_view::npos)
      return pattern_slash == path_slash;
    pattern.remove_prefix(pattern_slash + 1);
    path.remove_prefix(path_slash + 1);
  }
}

bool is_delegated_path(const DelegatedRole& role, std::string_view path) {
  if (std::ranges::any_of(role.paths, [&](const std::string& p) { return path_matches(p, path); }))
    return true;
  if (role.path_hash_prefixes.empty()) return false;
  const std::string hash = sha256(path).hex();
  return std::ranges::any_of(role.path_hash_prefixes,
                             [&](const std::string& prefix) { return hash.starts_with(prefix); });
}

std::string encoded_role(std::string_view role) {
  std::string text;
  for (const char c : role) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '_' || c == '.' || c == '~' || c == '-';
    text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text;
}

}  // namespace drover::trust
