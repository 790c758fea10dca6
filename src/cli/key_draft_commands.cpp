// What others must sign too: out as a file, from holder to holder, and in again.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "cli/key_files.h"
#include "cli/registry.h"

namespace drover::cli {
namespace {

using nlohmann::ordered_json;

struct DraftOptions {
  RegistryOptions registry;
  std::string draft;
  std::vector<std::string> keys;
};

Result<repo::Draft> read_draft(const std::string& file) {
  const Bytes text = DROVER_TRY(fs::read_file(fs::real_file_system(), file, repo::kDraftBytesMax));
  return repo::parse_draft(text).in(file);
}

ordered_json signers_json(const trust::RoleKeys& keys) {
  return {{"threshold", keys.threshold}, {"keyids", keys.keyids}};
}

ordered_json common_json(std::string_view type, const trust::Common& role) {
  return {{"type", type}, {"version", role.version}, {"expires", format_time(role.expires)}};
}

/// What a signature would vouch for, whole: a holder signs what this says and nothing else.
ordered_json content_json(const trust::Envelope& envelope) {
  if (const auto root = trust::read_signed<trust::Root>(envelope.body)) {
    ordered_json out = common_json(trust::Root::kType, *root);
    for (const auto& [role, keys] : root->roles) out["roles"][role] = signers_json(keys);
    return out;
  }
  const auto role = trust::read_signed<trust::Targets>(envelope.body);
  if (!role) return {{"unreadable", role.error().text()}};
  ordered_json out = common_json(trust::Targets::kType, *role);
  for (const auto& [path, target] : role->targets) out["targets"][path] = target.hashes;
  if (!role->delegations) return out;
  for (const trust::DelegatedRole& child : role->delegations->roles) {
    out["delegations"][child.name] = signers_json(child.keys);
    out["delegations"][child.name]["paths"] = child.paths;
  }
  return out;
}

std::string content_text(const std::string& file, const ordered_json& content) {
  std::string text = file + ":";
  for (const auto& [name, value] : content.items())
    if (!value.is_object()) text += fmt::format(" {} {}", name, value.dump());
  for (const auto& [part, values] : content.items())
    if (values.is_object())
      for (const auto& [name, value] : values.items())
        text += fmt::format("\n  {} {}: {}", part, name, value.dump());
  return text + "\n";
}

Answer tell(const DraftOptions& options, const repo::Draft& draft) {
  Answer answer{.json = {{"draft", options.draft}, {"pieces", ordered_json::array()}}, .text = {}};
  for (const repo::Draft::Piece& piece : draft.pieces) {
    ordered_json content = content_json(piece.envelope);
    content["file"] = piece.file;
    answer.text += content_text(piece.file, content);
    answer.json["pieces"].push_back(std::move(content));
  }
  answer.json["unsigned"] = unsigned_json(draft);
  answer.text += unsigned_text(draft);
  return answer;
}

Result<repo::KeyRing> keys_of(const DraftOptions& options) {
  repo::KeyRing ring;
  for (const std::string& file : options.keys)
    ring.add(DROVER_TRY(read_private_key(file, options.registry.passphrase_file)));
  return ring;
}

/// Without a key it only says what there is to sign.
Result<Answer> sign(const DraftOptions& options) {
  repo::Draft draft = DROVER_TRY(read_draft(options.draft));
  if (options.keys.empty()) return tell(options, draft);
  const repo::KeyRing keys = DROVER_TRY(keys_of(options));
  DROVER_TRY(repo::sign(draft, keys));
  DROVER_TRY(fs::write_atomically(fs::real_file_system(), options.draft, as_bytes(repo::to_text(draft))));
  return tell(options, draft);
}

Result<Answer> import(const DraftOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  const repo::Draft draft = DROVER_TRY(read_draft(options.draft));
  const repo::Offer offer = DROVER_TRY(repo::complete(draft));
  DROVER_TRY(registry->install(offer, fmt::format("import {}", options.draft), system_clock().now()));
  std::vector<std::string> files;
  for (const auto& [file, unused] : offer.metadata) files.push_back(file);
  return Answer{{{"published", files}}, fmt::format("published {}", fmt::join(files, ", "))};
}

}  // namespace

void add_key_drafts(CLI::App& key, Context& context) {
  auto options = std::make_shared<DraftOptions>();
  CLI::App* signing =
      key.add_subcommand("sign", "Sign a draft that --export wrote; without --key, say what is to be signed");
  signing->add_option("DRAFT", options->draft, "It is signed in place; send it on")->required();
  signing->add_option("--key", options->keys,
                      "Your private key (PEM), or a file with the pkcs11: URI of one in a token");
  signing->add_option("--passphrase-file", options->registry.passphrase_file,
                      "File with the keys' passphrase, or the token's PIN");
  on_run(signing, context, [options] { return sign(*options); });

  auto taken = std::make_shared<DraftOptions>();
  CLI::App* verb = key.add_subcommand("import", "Publish a draft that all have signed who must");
  verb->add_option("DRAFT", taken->draft, "As the last holder left it")->required();
  add_registry_options(verb, taken->registry);
  on_run(verb, context, [taken] { return import(*taken); });
}

}  // namespace drover::cli
