// What others must sign too: out as a file, from holder to holder, and in again.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "cli/key_files.h"
#include "cli/registry.h"
#include "repo/loader.h"

namespace drover::cli {
namespace {

using nlohmann::json;
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

/// What a signature would vouch for, whole: a holder signs what this says and nothing else.
ordered_json content_json(const trust::Envelope& envelope) {
  const json& body = envelope.body;
  ordered_json out = {{"type", body.value("_type", "")},
                      {"version", body.value("version", 0)},
                      {"expires", body.value("expires", "")}};
  if (body.contains("roles"))
    for (const auto& [role, keys] : body["roles"].items())
      out["roles"][role] = {{"threshold", keys.value("threshold", 0)},
                            {"keyids", keys.value("keyids", json::array())}};
  if (body.contains("targets"))
    for (const auto& [path, target] : body["targets"].items())
      out["targets"][path] = target.value("hashes", json::object());
  if (body.contains("delegations"))
    for (const json& role : body["delegations"].value("roles", json::array()))
      out["delegations"][role.value("name", "")] = {{"threshold", role.value("threshold", 0)},
                                                    {"keyids", role.value("keyids", json::array())},
                                                    {"paths", role.value("paths", json::array())}};
  return out;
}

std::string content_text(const repo::Draft::Piece& piece) {
  const ordered_json content = content_json(piece.envelope);
  std::string text = fmt::format("{}: {} version {}, expires {}\n", piece.file,
                                 content["type"].get<std::string>(), content["version"].dump(),
                                 content["expires"].get<std::string>());
  for (const char* part : {"roles", "delegations", "targets"})
    if (content.contains(part))
      for (const auto& [name, value] : content[part].items())
        text += fmt::format("  {} {}: {}\n", part, name, value.dump());
  return text;
}

Answer tell(const DraftOptions& options, const repo::Draft& draft) {
  Answer answer{.json = {{"draft", options.draft}, {"pieces", ordered_json::array()}}, .text = {}};
  for (const repo::Draft::Piece& piece : draft.pieces) {
    ordered_json content = content_json(piece.envelope);
    content["file"] = piece.file;
    answer.json["pieces"].push_back(std::move(content));
    answer.text += content_text(piece);
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
  DROVER_TRY(repo::sign(draft, DROVER_TRY(keys_of(options))));
  DROVER_TRY(
      fs::write_atomically(fs::real_file_system(), options.draft, as_bytes(repo::to_text(draft))));
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
