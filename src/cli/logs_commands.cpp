#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/server_verb.h"
#include "cli/watch_text.h"

namespace drover::cli {
namespace {

using nlohmann::json;

struct Arguments {
  std::string device = {};
  std::string model = {}, since = {};
  std::uint64_t count = 20;
  bool whole = false;
};

constexpr const char* kFooter =
    "A line a window: its end, n inferences, those that failed, labels, the mean confidence (and of the\n"
    "last 100), latency.";

std::string state_text(const json& device) {
  std::string text;
  for (const auto& [name, model] : device["reported"].items()) {
    text += fmt::format("{}: {}", name, model.dump());
    text += "\n";
  }
  return text.empty() ? "nothing reported yet\n" : text;
}

Result<Answer> show_logs(const ApiClient& client, const Arguments& arguments) {
  const std::string device = "/api/v1/devices/" + encode_query(arguments.device);
  json logs = DROVER_TRY(client.get(fmt::format("{}/logs?count={}", device, arguments.count)));
  const json windows = DROVER_TRY(
      client.get(fmt::format("{}/windows?count={}&model={}&since={}&whole={}", device, arguments.count,
                             encode_query(arguments.model), encode_query(arguments.since), arguments.whole)));
  logs["windows"] = windows["windows"];
  std::string text = state_text(logs["device"]);
  if (!logs["windows"].empty()) text += "\nwindows\n";
  for (const json& window : logs["windows"]) text += window_line(window);
  if (!logs["telemetry"].empty()) text += "\ntelemetry\n";
  for (const json& row : logs["telemetry"])
    text +=
        fmt::format("{}  {}/{}  {}\n", row["received_at"].get<std::string>(), row["epoch"].get<std::string>(),
                    row["seq"].get<std::uint64_t>(), row["entry"].dump());
  return Answer{nlohmann::ordered_json(logs), std::move(text)};
}

}  // namespace

void add_logs_commands(CLI::App& program, Context& context) {
  CLI::App* logs = program.add_subcommand(
      "logs", "What a device told last: model states, windows of inferences, telemetry");
  const auto arguments = std::make_shared<Arguments>();
  logs->add_option("device", arguments->device, "Device id")->required();
  logs->add_option("--model", arguments->model, "Windows of this model only");
  logs->add_option("--since", arguments->since, "Windows that ended since then only: 1h, 7d, or a date");
  logs->add_option("--count", arguments->count, "Windows, and telemetry rows, newest first")
      ->capture_default_str();
  logs->add_flag("--whole", arguments->whole,
                 "In --json, windows with all that they hold (docs/formats/window.md); at most 100");
  logs->footer(kFooter);
  on_server(logs, context, arguments, show_logs);
}

}  // namespace drover::cli
