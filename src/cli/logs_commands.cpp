#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/server_verb.h"

namespace drover::cli {
namespace {

using nlohmann::json;

struct Arguments {
  std::string device = {};
  std::uint64_t count = 20;
};

std::string state_text(const json& device) {
  std::string text;
  for (const auto& [name, model] : device["reported"].items()) {
    text += fmt::format("{}: {}", name, model.dump());
    text += "\n";
  }
  return text.empty() ? "nothing reported yet\n" : text;
}

Result<Answer> show_logs(const ApiClient& client, const Arguments& arguments) {
  const json logs = DROVER_TRY(client.get(
      fmt::format("/api/v1/devices/{}/logs?count={}", encode_query(arguments.device), arguments.count)));
  std::string text = state_text(logs["device"]);
  for (const json& row : logs["telemetry"])
    text +=
        fmt::format("{}  {}/{}  {}\n", row["received_at"].get<std::string>(), row["epoch"].get<std::string>(),
                    row["seq"].get<std::uint64_t>(), row["entry"].dump());
  return Answer{nlohmann::ordered_json(logs), std::move(text)};
}

}  // namespace

void add_logs_commands(CLI::App& program, Context& context) {
  CLI::App* logs = program.add_subcommand("logs", "What a device reported last: model states and telemetry");
  const auto arguments = std::make_shared<Arguments>();
  logs->add_option("device", arguments->device, "Device id")->required();
  logs->add_option("--count", arguments->count, "Telemetry rows, newest first")->capture_default_str();
  on_server(logs, context, arguments, show_logs);
}

}  // namespace drover::cli
