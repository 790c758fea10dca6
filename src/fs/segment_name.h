#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace drover::fs {

/// A segment's file: "ID-FIRST.seg", the number of its first record in 16 hexadecimal digits, so that names
/// sort as the records do and a damaged file still says what was in it.
struct SegmentName {
  std::string id;  // [a-z0-9]{1,40}
  std::uint64_t first = 0;
};

bool is_log_id(std::string_view text);
std::string text_of(const SegmentName& name);
std::optional<SegmentName> parse_segment_name(std::string_view text);

}  // namespace drover::fs
