// Whose keys sign a role, and how that changes.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/key_files.h"
#include "cli/registry.h"

namespace drover::cli {
namespace {

struct RoleOptions {
  RegistryOptions registry;
  std::string role, file, keyid;
  std::vector<std::string> files;
  std::int64_t threshold = 1;
};

/// `edit` published or exported, and what every verb here answers.
Result<Answer> changed(const RoleOptions& options, Registry& registry, const std::string& what,
                       const std::function<Status(repo::Edit&)>& edit, Answer answer) {
  DROVER_TRY(edit_registry(registry, options.registry, {.what = what, .edit = edit}));
  return published(options.registry, std::move(answer));
}

/// The new key is on disk before anything names it, and the old one stays beside it.
Status replace_own_key(const Registry& registry, const std::string& role, const trust::PrivateKey& key) {
  const mode_t old = umask(0077);
  Status replaced = repo::replace_key(fs::real_file_system(), registry.keys(), role, key);
  umask(old);
  return replaced;
}

Result<Answer> rotate(const RoleOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  const trust::TrustedSet before = DROVER_TRY(registry->state());
  const auto role = before.root().roles.find(options.role);
  const bool is_ours = options.file.empty();
  if (is_ours && role == before.root().roles.end())
    return fail(
        Code::invalid_argument,
        fmt::format("there is no role \"{}\" whose key is made here: root, targets, snapshot or timestamp; "
                    "for a model name the next one with --to",
                    options.role));
  trust::Key next;
  if (is_ours) {
    const trust::PrivateKey key = trust::PrivateKey::generate();
    DROVER_TRY(replace_own_key(*registry, options.role, key));
    next = key.public_key();
  } else {
    next = DROVER_TRY(read_public_key(options.file));
  }
  const std::string keyid = trust::keyid_of(next);
  return changed(options, *registry, fmt::format("rotate {}", options.role),
                 [&](repo::Edit& edit) { return edit.rotate(options.role, next, options.keyid); },
                 {{{"role", options.role}, {"keyid", keyid}},
                  fmt::format("{} is signed by key {} now. Devices follow at their next refresh.",
                              options.role, keyid)});
}

Result<Answer> add(const RoleOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  const trust::Key key = DROVER_TRY(read_public_key(options.file));
  const std::string keyid = trust::keyid_of(key);
  return changed(
      options, *registry, fmt::format("add key {} to {}", keyid, options.role),
      [&](repo::Edit& edit) { return edit.add_key(options.role, key); },
      {{{"role", options.role}, {"keyid", keyid}}, fmt::format("{} trusts key {} too", options.role, keyid)});
}

/// A keyid, or that of the public key in a file.
Result<std::string> keyid_of(const std::string& text) {
  if (!fs::real_file_system().info(text)) return text;
  return trust::keyid_of(DROVER_TRY(read_public_key(text)));
}

Result<Answer> revoke(const RoleOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  const std::string keyid = DROVER_TRY(keyid_of(options.keyid));
  std::vector<std::string> roles;
  DROVER_TRY(
      edit_registry(*registry, options.registry,
                    {.what = fmt::format("revoke key {}", keyid), .edit = [&](repo::Edit& edit) -> Status {
                       roles = DROVER_TRY(edit.revoke(keyid));
                       return {};
                     }}));
  return published(options.registry, {{{"keyid", keyid}, {"roles", roles}},
                                      fmt::format("key {} signs nothing any more; it signed {}", keyid,
                                                  fmt::join(roles, ", "))});
}

Result<Answer> set_threshold(const RoleOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  return changed(options, *registry, fmt::format("threshold {} of {}", options.threshold, options.role),
                 [&](repo::Edit& edit) { return edit.set_threshold(options.role, options.threshold); },
                 {{{"role", options.role}, {"threshold", options.threshold}},
                  fmt::format("{} of the keys of {} must sign", options.threshold, options.role)});
}

Result<Answer> delegate(const RoleOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  repo::KeySet keys{.keys = {}, .threshold = options.threshold};
  std::vector<std::string> keyids;
  for (const std::string& file : options.files) {
    keys.keys.push_back(DROVER_TRY(read_public_key(file)));
    keyids.push_back(trust::keyid_of(keys.keys.back()));
  }
  const ModelName model = DROVER_TRY(ModelName::parse(options.role));
  return changed(options, *registry, fmt::format("delegate {}", model.str()),
                 [&](repo::Edit& edit) { return edit.delegate(model, keys); },
                 {{{"model", model.str()}, {"keyids", keyids}, {"threshold", options.threshold}},
                  fmt::format("model {} is signed by {} of {}", model.str(), options.threshold,
                              fmt::join(keyids, ", "))});
}

Result<Answer> renew(const RoleOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  return changed(
      options, *registry, fmt::format("renew {}", options.role),
      [&](repo::Edit& edit) { return edit.extend(options.role); },
      {{{"role", options.role}, {"signed", true}}, fmt::format("{} is signed anew", options.role)});
}

std::pair<CLI::App*, std::shared_ptr<RoleOptions>> verb(CLI::App& key, Context& context, const char* name,
                                                        const char* about,
                                                        Result<Answer> (*work)(const RoleOptions&)) {
  auto options = std::make_shared<RoleOptions>();
  CLI::App* made = key.add_subcommand(name, about);
  add_registry_options(made, options->registry);
  add_export_option(made, options->registry);
  on_run(made, context, [options, work] { return work(*options); });
  return {made, options};
}

constexpr const char *kAnyRole = "root, targets, snapshot, timestamp, or a model's name",
                     *kPublicHelp = "Public key in PEM, as `drover key public` prints it";

}  // namespace

void add_key_roles(CLI::App& key, Context& context) {
  {
    const auto [made, options] =
        verb(key, context, "rotate",
             "Replace a role's key: a new root names the next one, and what it signs is signed anew", rotate);
    made->add_option("ROLE", options->role, kAnyRole)->required();
    made->add_option(
        "--to", options->file,
        "Public key of the next one, that somebody else or a token holds (default: make one here)");
    made->add_option("--keyid", options->keyid, "The key to replace, where the role has several");
  }
  {
    const auto [made, options] = verb(key, context, "add", "Let another key sign a role", add);
    made->add_option("ROLE", options->role, kAnyRole)->required();
    made->add_option("PUBLIC", options->file, kPublicHelp)->required();
  }
  {
    const auto [made, options] =
        verb(key, context, "revoke", "Take a key from every role that trusts it", revoke);
    made->add_option("KEY", options->keyid, "As `drover key show` tells it, or a file with the public key")
        ->required();
  }
  {
    const auto [made, options] =
        verb(key, context, "threshold", "How many of its keys must sign a role", set_threshold);
    made->add_option("ROLE", options->role, kAnyRole)->required();
    made->add_option("COUNT", options->threshold, "At least 1")->required();
  }
  {
    const auto [made, options] =
        verb(key, context, "delegate", "Give a model line keys of its own, of a team for instance", delegate);
    made->add_option("MODEL", options->role, "Its name; it need not have a version yet")->required();
    made->add_option("PUBLIC", options->files, kPublicHelp)->required();
    made->add_option("--threshold", options->threshold, "How many of them must sign")->capture_default_str();
  }
  {
    const auto [made, options] =
        verb(key, context, "renew", "Sign a role anew, as it is, before it expires", renew);
    made->add_option("ROLE", options->role, "root, targets, or a model's name")->required();
  }
}

}  // namespace drover::cli
