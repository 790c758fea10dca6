#include <fmt/format.h>

#include "base/clock.h"
#include "base/json_fields.h"
#include "cli/api_client.h"
#include "cli/commands.h"
#include "cli/server_verb.h"

namespace drover::cli {
namespace {

using nlohmann::json;

struct Arguments {
  std::string name = {};
  std::string role = {};
  std::string expires = {};
};

/// The token alone on stdout, so that a script can keep it; it cannot be shown again.
Result<Answer> create(const ApiClient& client, const Arguments& arguments) {
  json body = {{"name", arguments.name}, {"role", arguments.role}};
  if (!arguments.expires.empty()) {
    const auto life = DROVER_TRY(parse_duration(arguments.expires).in("--expires"));
    body["expires_in_s"] = std::chrono::ceil<std::chrono::seconds>(life).count();
  }
  const json made = DROVER_TRY(client.post("/api/v1/operators", body));
  return Answer{nlohmann::ordered_json(made), text_or(made, "token", "")};
}

Result<Answer> list(const ApiClient& client, const Arguments& /*arguments*/) {
  const json all = DROVER_TRY(client.get("/api/v1/operators"));
  std::string text = fmt::format("{:<24} {:<9} {:<21} {}\n", "NAME", "ROLE", "MADE", "EXPIRES");
  for (const json& who : all["operators"])
    text += fmt::format("{:<24} {:<9} {:<21} {}\n", text_or(who, "name", "-"), text_or(who, "role", "-"),
                        text_or(who, "created_at", "-"), text_or(who, "expires_at", "never"));
  return Answer{nlohmann::ordered_json(all), std::move(text)};
}

Result<Answer> revoke(const ApiClient& client, const Arguments& arguments) {
  const json gone = DROVER_TRY(client.remove("/api/v1/operators/" + encode_query(arguments.name)));
  return Answer{nlohmann::ordered_json(gone),
                fmt::format("{}: the token is refused from now on", arguments.name)};
}

}  // namespace

void add_token_commands(CLI::App& program, Context& context) {
  CLI::App* token = noun(program, "token", "Operators of a server and their tokens (for an admin)");
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      add_server_verb(token, context, "create",
                      "Make an operator and print the token, which is shown this once", arguments, create);
  verb->add_option("--name", arguments->name, "Whose it is; stands in the audit")->required();
  verb->add_option("--role", arguments->role, "What it may do: each what the one before may, and more")
      ->check(CLI::IsMember({"viewer", "operator", "admin"}))
      ->required();
  verb->add_option("--expires", arguments->expires, "How long it is good, e.g. 12h, 90d (default: for ever)");
  add_server_verb(token, context, "list", "Show the operators, without their tokens", arguments, list);
  verb =
      add_server_verb(token, context, "revoke", "Refuse an operator's token from now on", arguments, revoke);
  verb->add_option("--name", arguments->name, "Whose")->required();
}

}  // namespace drover::cli
