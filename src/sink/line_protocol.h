#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace drover::sink {

using FieldValue = std::variant<double, std::int64_t, bool, std::string>;

/// A line of InfluxDB's line protocol. Two points with the same measurement, tags and time are one, of which
/// the later replaces the earlier field by field.
struct Point {
  std::string measurement = {};
  std::vector<std::pair<std::string, std::string>> tags = {};
  std::vector<std::pair<std::string, FieldValue>> fields = {};
  std::int64_t time_ns = 0;  // since 1970
};

/// Appends the point's line. What the protocol has no form for is written as near as it allows: a tag without
/// value and a number that is not finite are left out, a line's end in a text becomes the two characters
/// "\n", and backslashes at the end of a name or a tag go. False, and nothing appended, where no field is
/// left. Source: https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/
bool append_line(std::string& lines, const Point& point);

/// How many lines a text of whole lines has.
std::size_t count_lines(std::string_view lines);

}  // namespace drover::sink
