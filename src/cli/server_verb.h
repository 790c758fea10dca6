#pragma once

#include <memory>

#include "cli/api_client.h"

namespace drover::cli {

/// Makes a verb ask a server: adds the options that say which and, when the verb is chosen, connects and
/// calls `work` with what else was given.
template <class Arguments>
void on_server(CLI::App* verb, Context& context, const std::shared_ptr<Arguments>& arguments,
               Result<Answer> (*work)(const ApiClient& client, const Arguments& arguments)) {
  const auto where = std::make_shared<ApiOptions>();
  add_api_options(verb, *where);
  on_run(verb, context, [where, arguments, work]() -> Result<Answer> {
    const ApiClient client = DROVER_TRY(ApiClient::connect(*where));
    return work(client, *arguments);
  });
}

/// The same for a new verb of `noun`.
template <class Arguments>
CLI::App* add_server_verb(CLI::App* noun, Context& context, const char* name, const char* about,
                          const std::shared_ptr<Arguments>& arguments,
                          Result<Answer> (*work)(const ApiClient& client, const Arguments& arguments)) {
  CLI::App* verb = noun->add_subcommand(name, about);
  on_server(verb, context, arguments, work);
  return verb;
}

}  // namespace drover::cli
