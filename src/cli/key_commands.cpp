#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/key_files.h"
#include "cli/registry.h"

namespace drover::cli {
namespace {

using nlohmann::ordered_json;

struct KeyOptions {
  std::string file, passphrase_file;
};

Result<Answer> generate(const KeyOptions& options) {
  fs::FileSystem& files = fs::real_file_system();
  const std::string passphrase = DROVER_TRY(read_passphrase(options.passphrase_file));
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

Result<Answer> tell_public(const KeyOptions& options) {
  const trust::PrivateKey key = DROVER_TRY(read_private_key(options.file, options.passphrase_file));
  const trust::Key& half = key.public_key();
  if (half.scheme == "ed25519")
    return fail(Code::unsupported, "of an Ed25519 key: openssl pkey -in FILE -pubout");
  return Answer{{{"keyid", key.keyid()}, {"scheme", half.scheme}, {"public", half.public_value}},
                half.public_value};
}

Result<Answer> show(const RegistryOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options));
  const trust::TrustedSet state = DROVER_TRY(registry->state());
  Answer answer{.json = {{"root_version", state.root().version},
                         {"expires", format_time(state.root().expires)},
                         {"roles", ordered_json::object()}},
                .text = fmt::format("root version {}, expires {}\n", state.root().version,
                                    format_time(state.root().expires))};
  const auto tell = [&](const std::string& role, const trust::RoleKeys& keys) {
    answer.json["roles"][role] = {{"threshold", keys.threshold}, {"keyids", keys.keyids}};
    answer.text += fmt::format("{:<10} {} of {}\n", role, keys.threshold, fmt::join(keys.keyids, ", "));
  };
  for (const auto& [role, keys] : state.root().roles) tell(role, keys);
  if (const auto& delegations = state.targets()->delegations)
    for (const trust::DelegatedRole& model : delegations->roles) tell(model.name, model.keys);
  return answer;
}

}  // namespace

void add_key_commands(CLI::App& program, Context& context) {
  CLI::App* key = noun(program, "key", "Keys that sign the repository");
  auto options = std::make_shared<KeyOptions>();
  CLI::App* made = key->add_subcommand("generate", "Make an ECDSA P-256 key and show its keyid");
  made->add_option("FILE", options->file, "Where to write it (PKCS#8 PEM)")->required();
  made->add_option("--passphrase-file", options->passphrase_file,
                   "Encrypt it with the passphrase in this file");
  on_run(made, context, [options] { return generate(*options); });

  auto told = std::make_shared<KeyOptions>();
  CLI::App* half = key->add_subcommand("public", "Print a key's public half, for who adds it to a role");
  half->add_option("FILE", told->file, "Private key (PEM), or a file with the pkcs11: URI of one in a token")
      ->required();
  half->add_option("--passphrase-file", told->passphrase_file,
                   "File with its passphrase, or the token's PIN");
  on_run(half, context, [told] { return tell_public(*told); });

  auto registry = std::make_shared<RegistryOptions>();
  CLI::App* verb = key->add_subcommand("show", "The keyids and thresholds of every role");
  add_registry_options(verb, *registry);
  on_run(verb, context, [registry] { return show(*registry); });
  add_key_roles(*key, context);
  add_key_drafts(*key, context);
}

}  // namespace drover::cli
