#include "cli/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>
#include <unistd.h>

#include <thread>

#include "cli/server_registry.h"
#include "cli/settings.h"
#include "repo/change_log.h"
#include "repo/repository_files.h"

namespace drover::cli {
namespace {

constexpr int kAttempts = 50;
constexpr std::chrono::milliseconds kBetweenAttempts{100};

std::string user() {
  const passwd* entry = ::getpwuid(::getuid());
  return entry == nullptr ? fmt::format("uid {}", ::getuid()) : entry->pw_name;
}

class DirectoryRegistry : public Registry {
 public:
  DirectoryRegistry(fs::Path repository, repo::KeyDirectory keys)
      : Registry(std::move(keys)), repository_(std::move(repository)) {}

  Result<trust::TrustedSet> state() override { return repo::load_repository(files_, repository_); }
  Status store(const repo::TargetInfo& target, const fs::Path& source,
               const std::function<void(std::uint64_t)>& progress) override {
    return repo::store_target(files_, repository_, target, source, progress);
  }
  Status install(const repo::Offer& offer, const std::string& what, UnixTime now) override {
    const repo::KeyRing online = DROVER_TRY(repo::online_keys(files_, keys()));
    nlohmann::json line = {{"at", format_time(now)}, {"by", user()}, {"change", what}};
    for (const auto& [file, unused] : offer.metadata) line["files"].push_back(file);
    line["outcome"] = "begun";
    DROVER_TRY(repo::note_change(files_, repository_, line));
    const Status installed = repo::install(files_, repository_, offer, online, now);
    line["outcome"] = installed ? "done" : installed.error().text();
    DROVER_TRY(repo::note_change(files_, repository_, line));
    return installed;
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

void add_export_option(CLI::App* verb, RegistryOptions& options) {
  verb->add_option("--export", options.export_to,
                   "Publish nothing: write what is to be signed to this file, for the holders of other keys "
                   "(drover key sign, drover key import)");
}

namespace {

Status export_draft(repo::Draft draft, const repo::KeyRing& keys, const std::string& file) {
  DROVER_TRY(repo::sign(draft, keys));
  return fs::write_atomically(fs::real_file_system(), file, as_bytes(repo::to_text(draft)));
}

/// With --export the keys may all be elsewhere.
Result<repo::KeyRing> keys_at_hand(const Registry& registry, const RegistryOptions& options) {
  auto keys = repo::offline_keys(fs::real_file_system(), registry.keys());
  const bool may_lack = !options.export_to.empty() && !keys && keys.error().code == Code::not_found;
  return may_lack ? repo::KeyRing() : std::move(keys);
}

}  // namespace

Status edit_registry(Registry& registry, const RegistryOptions& options, const Change& change) {
  const repo::KeyRing keys = DROVER_TRY(keys_at_hand(registry, options));
  for (int attempt = 1;; ++attempt) {
    const trust::TrustedSet state = DROVER_TRY(registry.state());
    const UnixTime now = system_clock().now();
    repo::Edit edit(state, now);
    DROVER_TRY(change.edit(edit));
    if (!options.export_to.empty()) {
      DROVER_TRY(change.bring());
      return export_draft(edit.draft(), keys, options.export_to);
    }
    const repo::Offer offer = DROVER_TRY(edit.sign(keys));
    DROVER_TRY(change.bring());
    Status installed = registry.install(offer, change.what, now);
    if (installed || installed.error().code != Code::conflict || attempt == kAttempts) return installed;
    std::this_thread::sleep_for(kBetweenAttempts);
  }
}

nlohmann::ordered_json unsigned_json(const repo::Draft& draft) {
  auto list = nlohmann::ordered_json::array();
  for (const repo::Unsigned& each : repo::unsigned_of(draft))
    list.push_back({{"file", each.file},
                    {"role", each.role},
                    {"threshold", each.threshold},
                    {"valid", each.valid},
                    {"missing", each.missing}});
  return list;
}

std::string unsigned_text(const repo::Draft& draft) {
  std::string text;
  for (const repo::Unsigned& each : repo::unsigned_of(draft))
    text += fmt::format("{}: signed by {} of {} as {}; could sign: {}\n", each.file, each.valid,
                        each.threshold, each.role, fmt::join(each.missing, ", "));
  return text.empty() ? "signed by all that must; `drover key import` publishes it\n" : text;
}

Result<Answer> published(const RegistryOptions& options, Answer answer) {
  if (options.export_to.empty()) return answer;
  const Bytes text =
      DROVER_TRY(fs::read_file(fs::real_file_system(), options.export_to, repo::kDraftBytesMax));
  const repo::Draft draft = DROVER_TRY(repo::parse_draft(text));
  return Answer{{{"exported", options.export_to}, {"unsigned", unsigned_json(draft)}},
                fmt::format("nothing is published yet: {} is to be signed\n{}", options.export_to,
                            unsigned_text(draft))};
}

}  // namespace drover::cli
