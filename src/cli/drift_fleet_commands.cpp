#include <fmt/format.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/server_verb.h"
#include "cli/watch_text.h"

namespace drover::cli {
namespace {

using nlohmann::json;

struct Arguments {
  std::string device = {}, model = {}, version = {};
  std::string since = "1h", until = {};
};

constexpr const char* kFooter =
    "Windows of equal baselines add up exactly, over times and devices. Each column is held against the\n"
    "signed baseline in the published bundle: KS D between two bounds that always hold, PSI over the\n"
    "baseline's deciles (corrected for its bias), medians now and before. n eff. is what n values that\n"
    "depend on each other are worth in independent ones, as the devices' thinning measured it; verdicts\n"
    "rest on it: too_few below 50 a bin; drifted when p (KS, Benjamini-Hochberg over the columns, of\n"
    "devices over all of theirs) is at most .01 and D above .02; else same. \"unlike the rest\" compares a\n"
    "device with the other ones, which says little where many of them drifted. The exit code is 0 whether\n"
    "or not drift is found.";

std::string query_of(const Arguments& arguments) {
  return fmt::format("model={}&version={}&since={}&until={}", encode_query(arguments.model),
                     encode_query(arguments.version), encode_query(arguments.since),
                     encode_query(arguments.until));
}

Result<Answer> answer_of(const json& drift, const Arguments& arguments) {
  std::string text;
  for (const json& version : drift["versions"]) text += (text.empty() ? "" : "\n") + drift_text(version);
  if (text.empty()) text = fmt::format("no windows since {}\n", arguments.since);
  if (const auto left_out = drift["left_out"].get<std::uint64_t>(); left_out > 0)
    text += fmt::format("left out: {} windows that are not counted by their bundle's baseline\n", left_out);
  if (!drift["complete"].get<bool>())
    text +=
        "not all: there are more windows or devices than are taken at once; narrow --since or --version\n";
  return Answer{nlohmann::ordered_json(drift), std::move(text)};
}

Result<Answer> of_device(const ApiClient& client, const Arguments& arguments) {
  return answer_of(DROVER_TRY(client.get(fmt::format("/api/v1/drift/devices/{}?{}",
                                                     encode_query(arguments.device), query_of(arguments)))),
                   arguments);
}

Result<Answer> of_fleet(const ApiClient& client, const Arguments& arguments) {
  return answer_of(DROVER_TRY(client.get(fmt::format("/api/v1/drift/models/{}?{}",
                                                     encode_query(arguments.model), query_of(arguments)))),
                   arguments);
}

}  // namespace

void add_drift_fleet(CLI::App& drift, Context& context) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* device = add_server_verb(&drift, context, "device",
                                     "What a device saw against the baseline its models were published with",
                                     arguments, of_device);
  device->add_option("device", arguments->device, "Device id")->required();
  device->add_option("--model", arguments->model, "This model only");
  CLI::App* fleet =
      add_server_verb(&drift, context, "fleet", "What all devices saw, added up, and which of them deviate",
                      arguments, of_fleet);
  fleet->add_option("--model", arguments->model, "The model")->required();
  for (CLI::App* verb : {device, fleet}) {
    verb->add_option("--version", arguments->version, "This version only");
    verb->add_option("--since", arguments->since, "Windows that ended since then: 1h, 7d, or a date")
        ->capture_default_str();
    verb->add_option("--until", arguments->until, "Windows that ended before then, likewise");
    verb->footer(kFooter);
  }
}

}  // namespace drover::cli
