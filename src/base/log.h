#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace drover::log {

enum class Format { text, json };
enum class Level { debug, info, warn, error };

/// Call once, first thing in main. Lines go to stderr.
void start(std::string_view program, Format format, Level level = Level::info);

using Fields = std::vector<std::pair<std::string_view, std::string>>;

/// One line: time, level, program, message, and the fields as key=value or JSON members.
void write(Level level, std::string_view message, const Fields& fields = {});
inline void debug(std::string_view message, const Fields& fields = {}) {
  write(Level::debug, message, fields);
}
inline void info(std::string_view message, const Fields& fields = {}) { write(Level::info, message, fields); }
inline void warn(std::string_view message, const Fields& fields = {}) { write(Level::warn, message, fields); }
inline void error(std::string_view message, const Fields& fields = {}) {
  write(Level::error, message, fields);
}

}  // namespace drover::log
