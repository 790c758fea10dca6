#include <fmt/format.h>

#include <memory>

#include "base/canonical_json.h"
#include "cli/commands.h"
#include "cli/server_verb.h"

namespace drover::cli {
namespace {

using nlohmann::json;

struct Arguments {
  std::string device = {};
  std::string shadow = {};
  std::string desired = {};
};

std::string path_of(const Arguments& arguments) {
  const std::string query = arguments.shadow.empty() ? "" : "?name=" + encode_query(arguments.shadow);
  return fmt::format("/api/v1/devices/{}/shadow{}", encode_query(arguments.device), query);
}

Answer answer(const json& document) { return {nlohmann::ordered_json(document), document.dump(2)}; }

Result<Answer> get_shadow(const ApiClient& client, const Arguments& arguments) {
  return answer(DROVER_TRY(client.get(path_of(arguments))));
}

Result<Answer> set_shadow(const ApiClient& client, const Arguments& arguments) {
  const json desired = DROVER_TRY(parse_json(arguments.desired).in("the desired state"));
  return answer(DROVER_TRY(client.post(path_of(arguments), {{"state", {{"desired", desired}}}})));
}

}  // namespace

void add_shadow_commands(CLI::App& program, Context& context) {
  CLI::App* shadow = noun(program, "shadow", "A device's document of desired and reported state");
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* get = add_server_verb(shadow, context, "get", "Print a device's shadow", arguments, get_shadow);
  CLI::App* set =
      add_server_verb(shadow, context, "set",
                      "Merge JSON into the desired state; null removes a member; a model's version is an "
                      "assignment",
                      arguments, set_shadow);
  for (CLI::App* verb : {get, set}) {
    verb->add_option("device", arguments->device, "Device id")->required();
    verb->add_option("--name", arguments->shadow, "A named shadow instead of the device's own");
  }
  set->add_option("desired", arguments->desired, R"(JSON object, e.g. '{"models":{"defect":null}}')")
      ->required();
}

}  // namespace drover::cli
