#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/registry.h"

namespace drover::cli {
namespace {

using nlohmann::ordered_json;

struct KeyOptions {
  RegistryOptions registry;
  std::string file, role;
};

Result<Answer> generate(const KeyOptions& options) {
  fs::FileSystem& files = fs::real_file_system();
  std::string passphrase;
  if (!options.registry.passphrase_file.empty()) {
    const Bytes bytes = DROVER_TRY(fs::read_file(files, options.registry.passphrase_file, 4096));
    passphrase = as_text(bytes);
    while (passphrase.ends_with('\n')) passphrase.pop_back();
  }
  if (files.info(options.file))
    return fail(Code::already_exists, fmt::format("{}: exists; a key is never overwritten", options.file));
  const trust::PrivateKey key = trust::PrivateKey::generate();
  const mode_t old = umask(0077);
  const Status written = fs::write_atomically(files, options.file, as_bytes(key.to_pem(passphrase)));
  umask(old);
  DROVER_TRY(written);
  return Answer{{{"file", options.file}, {"keyid", key.keyid()}, {"public", key.public_key().public_value}},
                fmt::format("{}: ECDSA P-256, {}\nkeyid {}\n{}", options.file,
                            passphrase.empty() ? "not encrypted (--passphrase-file encrypts)" : "encrypted",
                            key.keyid(), key.public_key().public_value)};
}

Result<Answer> show(const KeyOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  const trust::TrustedSet state = DROVER_TRY(registry->state());
  Answer answer{.json = {{"root_version", state.root().version},
                         {"expires", format_time(state.root().expires)},
                         {"roles", ordered_json::object()}},
                .text = fmt::format("root version {}, expires {}\n", state.root().version,
                                    format_time(state.root().expires))};
  for (const auto& [role, keys] : state.root().roles) {
    answer.json["roles"][role] = {{"threshold", keys.threshold}, {"keyids", keys.keyids}};
    answer.text += fmt::format("{:<10} {} of {}\n", role, keys.threshold, fmt::join(keys.keyids, ", "));
  }
  return answer;
}

/// The new key is on disk before anything names it, and the old one stays beside it.
Result<Answer> rotate(const KeyOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  const trust::PrivateKey key = trust::PrivateKey::generate();
  const trust::TrustedSet before = DROVER_TRY(registry->state());
  if (!before.root().roles.contains(options.role))
    return fail(
        Code::invalid_argument,
        fmt::format("there is no role \"{}\": name root, targets, snapshot or timestamp", options.role));
  const mode_t old = umask(0077);
  const Status replaced = repo::replace_key(fs::real_file_system(), registry->keys(), options.role, key);
  umask(old);
  DROVER_TRY(replaced);
  DROVER_TRY(edit_registry(*registry,
                           [&](repo::Edit& edit) { return edit.rotate(options.role, key.public_key()); }));
  const trust::TrustedSet state = DROVER_TRY(registry->state());
  return Answer{
      {{"role", options.role},
       {"keyid", key.keyid()},
       {"replaces", before.root().roles.at(options.role).keyids},
       {"root_version", state.root().version}},
      fmt::format("{} is signed by key {} now (root version {}). Devices follow at their next refresh.",
                  options.role, key.keyid(), state.root().version)};
}

Result<Answer> sign(const KeyOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  DROVER_TRY(edit_registry(*registry, [&](repo::Edit& edit) { return edit.extend(options.role); }));
  return Answer{{{"role", options.role}, {"signed", true}}, fmt::format("{} is signed anew", options.role)};
}

CLI::App* add_role_verb(CLI::App* key, Context& context, const char* name, const char* about,
                        const char* role, Result<Answer> (*work)(const KeyOptions&)) {
  auto options = std::make_shared<KeyOptions>();
  CLI::App* verb = key->add_subcommand(name, about);
  if (role != nullptr) verb->add_option("ROLE", options->role, role)->required();
  add_registry_options(verb, options->registry);
  on_run(verb, context, [options, work] { return work(*options); });
  return verb;
}

}  // namespace

void add_key_commands(CLI::App& program, Context& context) {
  CLI::App* key = noun(program, "key", "Keys that sign the repository");
  auto options = std::make_shared<KeyOptions>();
  CLI::App* verb = key->add_subcommand("generate", "Make an ECDSA P-256 key and show its keyid");
  verb->add_option("FILE", options->file, "Where to write it (PKCS#8 PEM)")->required();
  verb->add_option("--passphrase-file", options->registry.passphrase_file,
                   "Encrypt it with the passphrase in this file");
  on_run(verb, context, [options] { return generate(*options); });
  add_role_verb(key, context, "show", "The keyids and thresholds that root names", nullptr, show);
  add_role_verb(
      key, context, "rotate",
      "Replace a role's key: a new one is made, a new root names it, and what it signs is signed anew",
      "root, targets, snapshot or timestamp", rotate);
  add_role_verb(key, context, "sign", "Sign a role anew, before it expires",
                "root, targets, or a model's name", sign);
}

}  // namespace drover::cli
