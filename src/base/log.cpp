#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "base/clock.h"

namespace drover::log {
namespace {

struct Settings {
  std::string program = "drover";
  Format format = Format::text;
  std::shared_ptr<spdlog::logger> logger = make();

  static std::shared_ptr<spdlog::logger> make() {
    auto logger =
        std::make_shared<spdlog::logger>("drover", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%v");
    return logger;
  }
};

Settings& settings() {
  static Settings instance;
  return instance;
}

constexpr std::array kLevels = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                spdlog::level::err};
constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};

std::string as_json(std::string_view level, std::string_view message, const Fields& fields) {
  nlohmann::ordered_json line = {{"time", format_time(system_clock().now())},
                                 {"level", level},
                                 {"program", settings().program},
                                 {"message", message}};
  for (const auto& [key, value] : fields) line[std::string(key)] = value;
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string as_line(std::string_view level, std::string_view message, const Fields& fields) {
  std::string line =
      fmt::format("{} {:5} {} {}", format_time(system_clock().now()), level, settings().program, message);
  for (const auto& [key, value] : fields) {
    const bool plain = !value.empty() && value.find_first_of(" \"\n\t=") == std::string::npos;
    line += plain ? fmt::format(" {}={}", key, value)
                  : fmt::format(
                        " {}={}", key,
                        nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return line;
}

}  // namespace

void start(std::string_view program, Format format, Level level) {
  settings().program = program;
  settings().format = format;
  settings().logger->set_level(kLevels[static_cast<std::size_t>(level)]);
}

void write(Level level, std::string_view message, const Fields& fields) {
  const auto index = static_cast<std::size_t>(level);
  if (!settings().logger->should_log(kLevels[index])) return;
  const std::string line = settings().format == Format::json ? as_json(kNames[index], message, fields)
                                                             : as_line(kNames[index], message, fields);
  settings().logger->log(kLevels[index], "{}", line);
}

}  // namespace drover::log
