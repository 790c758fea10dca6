#include <fmt/format.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/init_server.h"
#include "repo/repository.h"
#include "repo/workspace.h"

namespace drover::cli {
namespace {

struct InitOptions {
  std::string directory;
  bool repository_only = false;
  int snapshot_days = 0, timestamp_days = 0, targets_days = 0, root_days = 0;  // 0: the mode's default
  ServerSetup server;
};

/// What is written here is its owner's alone, unless it is made to be served.
class PrivateUmask {
 public:
  PrivateUmask() : old_(umask(0077)) {}
  ~PrivateUmask() { umask(old_); }
  PrivateUmask(const PrivateUmask&) = delete;
  PrivateUmask& operator=(const PrivateUmask&) = delete;

 private:
  mode_t old_;
};

repo::Lifetimes lifetimes_of(const InitOptions& options) {
  repo::Lifetimes lifetimes =
      options.repository_only ? repo::Lifetimes::standalone() : repo::Lifetimes::served();
  const auto choose = [](std::chrono::seconds& lifetime, int days) {
    if (days > 0) lifetime = std::chrono::days(days);
  };
  choose(lifetimes.root, options.root_days);
  choose(lifetimes.targets, options.targets_days);
  choose(lifetimes.snapshot, options.snapshot_days);
  choose(lifetimes.timestamp, options.timestamp_days);
  return lifetimes;
}

Result<std::map<std::string, trust::PrivateKey>> make_private_keys(const fs::Path& directory) {
  const PrivateUmask only_the_owner;
  return repo::make_keys(fs::real_file_system(), repo::KeyDirectory{directory / "keys"});
}

Result<Answer> init(const InitOptions& options, const InitServer& init_server) {
  if (!options.repository_only && !init_server)
    return fail(Code::unsupported, "this build sets up no server: use --repository-only");
  fs::FileSystem& files = fs::real_file_system();
  const fs::Path directory = options.directory;
  const UnixTime now = system_clock().now();
  DROVER_TRY(fs::make_directories(files, std::filesystem::absolute(directory)));
  const auto keys = DROVER_TRY(make_private_keys(directory));
  const fs::Path repository = directory / "repository";
  DROVER_TRY(repo::create_repository(files, repository, keys, lifetimes_of(options), now));
  if (!options.repository_only) DROVER_TRY(init_server(directory, options.server, now));
  const fs::Path root = repository / "metadata" / "1.root.json";
  Answer answer{.json = {{"directory", directory.string()},
                         {"repository", repository.string()},
                         {"root", root.string()},
                         {"keys", nlohmann::ordered_json::object()}},
                .text = {}};
  for (const auto& [role, key] : keys) answer.json["keys"][role] = key.keyid();
  answer.text = fmt::format(
      "{0}: keys, repository{2} are made.\n"
      "  devices are given  {1}\n"
      "  offline keys       {0}/keys/offline (back them up; move them and their passphrase off this "
      "machine)\n",
      directory.string(), root.string(), options.repository_only ? "" : ", authority and server.toml");
  return answer;
}

}  // namespace

void add_init_commands(CLI::App& program, Context& context, InitServer init_server) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* verb = program.add_subcommand("init",
                                          "Make a workspace: offline keys (root, targets), online keys "
                                          "(snapshot, timestamp), a repository, and what "
                                          "a server needs. With --repository-only there is no server: "
                                          "snapshot and timestamp then hold as long as "
                                          "targets, since nobody signs them again before the next publish.");
  verb->add_option("DIR", options->directory, "Where; made when absent")->required();
  verb->add_flag("--repository-only", options->repository_only,
                 "Keys and repository only, for a stick or any web server");
  const auto days = [&](const char* name, int& value, const char* about) {
    verb->add_option(name, value, about)->check(CLI::Range(1, 36'500));
  };
  days("--root-days", options->root_days, "Life of root (default 365)");
  days("--targets-days", options->targets_days, "Life of targets and of each model's role (default 180)");
  days("--snapshot-days", options->snapshot_days, "Life of snapshot (default 7; 180 with --repository-only)");
  days("--timestamp-days", options->timestamp_days,
       "Life of timestamp (default 1; 180 with --repository-only)");
  verb->add_option("--host", options->server.hosts, "Names and addresses in the server's certificate")
      ->capture_default_str();
  verb->add_option("--listen", options->server.listen, "Address that the server listens on")
      ->capture_default_str();
  verb->add_option("--port", options->server.port, "Port that the server listens on")->capture_default_str();
  on_run(verb, context, [options, init_server] { return init(*options, init_server); });
}

}  // namespace drover::cli
