#pragma once

#include <filesystem>
#include <functional>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/init_server.h"

namespace drover::cli {

// Each adds its verbs to the program; one file a group, named for it.
void add_drift_commands(CLI::App& program, Context& context);
/// One verb of the group each.
void add_drift_compare(CLI::App& drift, Context& context);
void add_drift_watch(CLI::App& drift, Context& context);
void add_drift_explain(CLI::App& drift, Context& context);
void add_drift_fleet(CLI::App& drift, Context& context);
void add_device_commands(CLI::App& program, Context& context);
void add_alerts_commands(CLI::App& program, Context& context);
void add_logs_commands(CLI::App& program, Context& context);
void add_token_commands(CLI::App& program, Context& context);
void add_shadow_commands(CLI::App& program, Context& context);
void add_model_inspect_commands(CLI::App& program, Context& context);
void add_model_pack_commands(CLI::App& program, Context& context);
/// init_server_files, or none in a build without a server.
using InitServer = std::function<Status(const std::filesystem::path&, const ServerSetup&, UnixTime)>;
void add_init_commands(CLI::App& program, Context& context, InitServer init_server);
void add_key_commands(CLI::App& program, Context& context);
/// Verbs of that noun.
void add_key_roles(CLI::App& key, Context& context);
void add_key_drafts(CLI::App& key, Context& context);
void add_model_list_commands(CLI::App& program, Context& context);
void add_model_publish_commands(CLI::App& program, Context& context);

}  // namespace drover::cli
