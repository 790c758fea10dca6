#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/server_verb.h"
#include "cli/watch_text.h"

namespace drover::cli {
namespace {

using nlohmann::json;

struct Arguments {
  std::uint64_t id = 0;  // 0: none
  std::string device = {}, model = {}, since = {};
  bool firing = false;
  std::uint64_t count = 100;
};

constexpr const char* kFooter =
    "Each line is a change: pending, fired, resolved or withdrawn, with the figures that made it and what\n"
    "came of it. --firing asks what stands now: rules whose newest change on a device is fired, on the\n"
    "version that still runs there. --json has the verdicts:\n"
    "  drover alerts --firing --json | drover drift explain -";

Result<Answer> show_one(const ApiClient& client, std::uint64_t id) {
  const json alert = DROVER_TRY(client.get(fmt::format("/api/v1/alerts/{}", id)));
  return Answer{nlohmann::ordered_json(alert), alert_line(alert)};
}

Result<Answer> show_alerts(const ApiClient& client, const Arguments& arguments) {
  if (arguments.id != 0) return show_one(client, arguments.id);
  const json alerts = DROVER_TRY(
      client.get(fmt::format("/api/v1/alerts?count={}&device={}&model={}&since={}&state={}&whole=true",
                             arguments.count, encode_query(arguments.device), encode_query(arguments.model),
                             encode_query(arguments.since), arguments.firing ? "firing" : "")));
  std::string text;
  for (const json& alert : alerts["alerts"]) text += alert_line(alert);
  if (text.empty()) text = arguments.firing ? "nothing fires\n" : "no alerts\n";
  return Answer{nlohmann::ordered_json(alerts), std::move(text)};
}

}  // namespace

void add_alerts_commands(CLI::App& program, Context& context) {
  CLI::App* alerts = program.add_subcommand(
      "alerts", "What rules, detectors, probation and holdout decided on devices, newest first");
  const auto arguments = std::make_shared<Arguments>();
  alerts->add_option("id", arguments->id, "One alert, by its number");
  alerts->add_option("--device", arguments->device, "Of this device only");
  alerts->add_option("--model", arguments->model, "Of this model only");
  alerts->add_flag("--firing", arguments->firing, "Only what fires now");
  alerts->add_option("--since", arguments->since, "Only since then: 1h, 7d, or a date");
  alerts->add_option("--count", arguments->count, "At most so many, up to 100")->capture_default_str();
  alerts->footer(kFooter);
  on_server(alerts, context, arguments, show_alerts);
}

}  // namespace drover::cli
