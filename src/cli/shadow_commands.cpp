#include <fmt/format.h>

#include <memory>

#include "base/canonical_json.h"
#include "cli/api_client.h"
#include "cli/commands.h"

namespace drover::cli {
namespace {

using nlohmann::json;

struct Arguments {
  ApiOptions api = {};
  std::string device = {};
  std::string shadow = {};
  std::string desired = {};
};

std::string path_of(const Arguments& arguments) {
  const std::string query = arguments.shadow.empty() ? "" : "?name=" + encode_query(arguments.shadow);
  return fmt::format("/api/v1/devices/{}/shadow{}", encode_query(arguments.device), query);
}

Answer answer(const json& document) { return {nlohmann::ordered_json(document), document.dump(2)}; }

Result<Answer> get_shadow(const Arguments& arguments) {
  const auto client = DROVER_TRY(ApiClient::connect(arguments.api));
  return answer(DROVER_TRY(client.get(path_of(arguments))));
}

Result<Answer> set_shadow(const Arguments& arguments) {
  const json desired = DROVER_TRY(parse_json(arguments.desired).in("the desired state"));
  const auto client = DROVER_TRY(ApiClient::connect(arguments.api));
  return answer(DROVER_TRY(client.post(path_of(arguments), {{"state", {{"desired", desired}}}})));
}

}  // namespace

void add_shadow_commands(CLI::App& program, Context& context) {
  CLI::App* shadow = noun(program, "shadow", "A device's document of desired and reported state");
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* get = shadow->add_subcommand("get", "Print a device's shadow");
  CLI::App* set = shadow->add_subcommand("set", "Merge JSON into the desired state; null removes a member");
  for (CLI::App* verb : {get, set}) {
    add_api_options(verb, arguments->api);
    verb->add_option("device", arguments->device, "Device id")->required();
    verb->add_option("--name", arguments->shadow, "A named shadow instead of the device's own");
  }
  set->add_option("desired", arguments->desired, R"(JSON object, e.g. '{"models":{"defect":null}}')")
      ->required();
  on_run(get, context, [arguments] { return get_shadow(*arguments); });
  on_run(set, context, [arguments] { return set_shadow(*arguments); });
}

}  // namespace drover::cli
