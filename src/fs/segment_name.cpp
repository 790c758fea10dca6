#include "fs/segment_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "fs/segment.h"

namespace drover::fs {
namespace {

constexpr std::string_view kSuffix = ".seg";
constexpr std::size_t kSeqDigits = 16;

}  // namespace

bool is_log_id(std::string_view text) {
  return !text.empty() && text.size() <= 40 &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

std::string text_of(const SegmentName& name) {
  return fmt::format("{}-{:016x}{}", name.id, name.first, kSuffix);
}

std::optional<SegmentName> parse_segment_name(std::string_view text) {
  if (!text.ends_with(kSuffix) || text.size() < kSeqDigits + 1 + kSuffix.size()) return std::nullopt;
  const std::size_t dash = text.size() - kSuffix.size() - kSeqDigits - 1;
  SegmentName name{.id = std::string(text.substr(0, dash))};
  std::from_chars(text.data() + dash + 1, text.data() + dash + 1 + kSeqDigits, name.first, 16);
  const bool plausible = is_log_id(name.id) && name.first >= 1 && name.first <= kSeqMax;
  return plausible && text_of(name) == text ? std::optional(name) : std::nullopt;
}

}  // namespace drover::fs
