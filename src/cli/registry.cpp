#include "cli/registry.h"

#include <fmt/format.h>

#include <thread>

#include "cli/server_registry.h"
#include "cli/settings.h"
#include "repo/repository_files.h"

namespace drover::cli {
namespace {

constexpr int kAttempts = 50;
constexpr std::chrono::milliseconds kBetweenAttempts{100};

class DirectoryRegistry : public Registry {
 public:
  DirectoryRegistry(fs::Path repository, repo::KeyDirectory keys)
      : Registry(std::move(keys)), repository_(std::move(repository)) {}

  Result<trust::TrustedSet> state() override { return repo::load_repository(files_, repository_); }
  Status store(const repo::TargetInfo& target, const fs::Path& source,
               const std::function<void(std::uint64_t)>& progress) override {
    return repo::store_target(files_, repository_, target, source, progress);
  }
  Status install(const repo::Offer& offer, UnixTime now) override {
    const repo::KeyRing online = DROVER_TRY(repo::online_keys(files_, keys()));
    return repo::install(files_, repository_, offer, online, now);
  }
  Result<bool> renew(UnixTime now) override {
    const repo::KeyRing online = DROVER_TRY(repo::online_keys(files_, keys()));
    return repo::renew(files_, repository_, online, now);
  }
  [[nodiscard]] std::string place() const override { return repository_.string(); }

 private:
  fs::FileSystem& files_ = fs::real_file_system();
  fs::Path repository_;
};

bool is_repository(const fs::Path& directory) {
  return fs::real_file_system().info(repo::metadata_path(directory, "timestamp.json")).has_value();
}

RegistryOptions with_environment(RegistryOptions options) {
  options.workspace = or_environment(options.workspace, "DROVER_WORKSPACE");
  options.root = or_environment(options.root, "DROVER_ROOT");
  options.keys = or_environment(options.keys, "DROVER_KEYS");
  options.passphrase_file = or_environment(options.passphrase_file, "DROVER_PASSPHRASE_FILE");
  return options;
}

}  // namespace

void add_registry_options(CLI::App* verb, RegistryOptions& options) {
  verb->add_option("--workspace", options.workspace,
                   "Workspace that `drover init` made (environment: DROVER_WORKSPACE)");
  verb->add_option("--repository", options.repository,
                   "Repository directory (it has metadata/ and targets/), for instance on a stick");
  verb->add_option("--server", options.server,
                   "URL of a drover-server: work through its API, not on a directory");
  verb->add_option("--token-file", options.token_file,
                   "With --server: file with an operator's token (environment: DROVER_TOKEN)");
  verb->add_option("--ca", options.ca,
                   "With --server: the authority of its certificate, PEM (environment: DROVER_CA)");
  verb->add_option(
      "--root", options.root,
      "With --server: the repository's 1.root.json (default: the workspace's; environment: DROVER_ROOT)");
  verb->add_option(
      "--keys", options.keys,
      "Directory with offline/ and online/ keys (default: the workspace's; environment: DROVER_KEYS)");
  verb->add_option("--passphrase-file", options.passphrase_file,
                   "File with the passphrase of the offline keys (default: KEYS/offline/passphrase; "
                   "environment: DROVER_PASSPHRASE_FILE)");
}

Result<std::unique_ptr<Registry>> open_registry(const RegistryOptions& given) {
  const RegistryOptions options = with_environment(given);
  if (!options.server.empty()) return open_server_registry(options);
  const fs::Path named = options.repository.empty() ? options.workspace : options.repository;
  if (named.empty())
    return fail(Code::invalid_argument,
                "name a place: --workspace DIR, --repository DIR or --server URL (`drover init` makes one)");
  const bool plain = is_repository(named);
  const fs::Path repository = plain ? named : named / "repository";
  if (!is_repository(repository))
    return fail(Code::not_found,
                fmt::format("{}: no repository here; make one with `drover init`", named.string()));
  fs::Path keys = options.keys;
  if (keys.empty() && !options.workspace.empty()) keys = fs::Path(options.workspace) / "keys";
  if (keys.empty()) keys = (plain ? std::filesystem::absolute(named).parent_path() : named) / "keys";
  return std::make_unique<DirectoryRegistry>(repository, repo::KeyDirectory{keys, options.passphrase_file});
}

Status edit_registry(Registry& registry, const std::function<Status(repo::Edit&)>& change,
                     const std::function<Status()>& before_install) {
  const repo::KeyRing keys = DROVER_TRY(repo::offline_keys(fs::real_file_system(), registry.keys()));
  for (int attempt = 1;; ++attempt) {
    const trust::TrustedSet state = DROVER_TRY(registry.state());
    const UnixTime now = system_clock().now();
    repo::Edit edit(state, now);
    DROVER_TRY(change(edit));
    const repo::Offer offer = DROVER_TRY(edit.sign(keys));
    DROVER_TRY(before_install());
    Status installed = registry.install(offer, now);
    if (installed || installed.error().code != Code::conflict || attempt == kAttempts) return installed;
    std::this_thread::sleep_for(kBetweenAttempts);
  }
}

}  // namespace drover::cli
