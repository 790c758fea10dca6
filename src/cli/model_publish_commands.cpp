#include <fmt/format.h>

#include "base/digest.h"
#include "bundle/archive.h"
#include "cli/commands.h"
#include "cli/registry.h"

namespace drover::cli {
namespace {

/// A bundle that was read to its end and holds.
struct CheckedBundle {
  std::string file;
  bundle::Manifest manifest;
  Digest digest;
  std::uint64_t length = 0;
  repo::TargetInfo target = {};
};

struct NothingKept : bundle::Visitor {
  Status begin(const std::string& /*path*/, std::uint64_t /*size*/) override { return {}; }
  Status data(ByteView /*chunk*/) override { return {}; }
  Status end() override { return {}; }
};

Result<CheckedBundle> check_bundle(const std::string& file) {
  const bundle::Source source = DROVER_TRY(bundle::open_source(file));
  CheckedBundle checked{.file = file, .manifest = {}, .digest = {}};
  Sha256 hash;
  NothingKept nothing;
  checked.manifest = DROVER_TRY(bundle::read_bundle(
                                    [&](std::span<std::uint8_t> into) -> Result<std::size_t> {
                                      const std::size_t got = DROVER_TRY(source(into));
                                      hash.update(into.first(got));
                                      checked.length += got;
                                      return got;
                                    },
                                    nothing)
                                    .in(file));
  checked.digest = hash.finish();
  return checked;
}

repo::ModelTarget target_of(const CheckedBundle& checked, const std::string& notes) {
  const bundle::Manifest& manifest = checked.manifest;
  repo::ModelTarget target{.model = manifest.name, .version = manifest.version, .variant = manifest.variant};
  target.requirements = manifest.requirements;
  target.released = format_time(manifest.created);
  target.notes = notes.empty() ? manifest.notes : notes;
  for (const auto& [path, member] : manifest.members) target.size_unpacked += member.size;
  return target;
}

struct PublishOptions {
  RegistryOptions registry;
  std::vector<std::string> files;
  std::string channel, notes;
};

Status check_one_version(const std::vector<CheckedBundle>& bundles) {
  for (const CheckedBundle& one : bundles)
    if (one.manifest.name != bundles[0].manifest.name || one.manifest.version != bundles[0].manifest.version)
      return fail(
          Code::invalid_argument,
          fmt::format("a channel points at one version, and {} and {} are two: publish them one by one",
                      bundles[0].manifest.title(), one.manifest.title()));
  return {};
}

Answer tell(const std::vector<CheckedBundle>& bundles, const PublishOptions& options,
            const std::string& place) {
  Answer answer{.json = {{"published", nlohmann::ordered_json::array()}}, .text = {}};
  for (const CheckedBundle& one : bundles) {
    answer.json["published"].push_back({{"model", one.manifest.name.str()},
                                        {"version", one.manifest.version.str()},
                                        {"variant", one.manifest.variant},
                                        {"digest", one.digest.hex()},
                                        {"length", one.length},
                                        {"path", one.target.path}});
    answer.text += fmt::format("published {} ({} bytes, sha256 {}) in {}\n", one.manifest.title(), one.length,
                               one.digest.hex(), place);
  }
  if (options.channel.empty()) return answer;
  answer.json["channel"] = options.channel;
  answer.text += fmt::format("channel {} points at {}\n", options.channel, bundles[0].manifest.version.str());
  return answer;
}

Result<Answer> publish(const PublishOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  std::vector<CheckedBundle> bundles;
  for (const std::string& file : options.files) bundles.push_back(DROVER_TRY(check_bundle(file)));
  if (!options.channel.empty()) DROVER_TRY(check_one_version(bundles));
  const auto change = [&](repo::Edit& edit) -> Status {
    for (CheckedBundle& one : bundles)
      one.target = DROVER_TRY(edit.add_version(target_of(one, options.notes), one.length, one.digest));
    if (options.channel.empty()) return {};
    return edit.promote(bundles[0].manifest.name, options.channel, bundles[0].manifest.version);
  };
  const auto upload = [&]() -> Status {
    for (const CheckedBundle& one : bundles) {
      Progress progress(one.manifest.title(), one.length);
      DROVER_TRY(registry->store(one.target, one.file, [&](std::uint64_t done) { progress.set(done); }));
    }
    return {};
  };
  DROVER_TRY(edit_registry(
      *registry, options.registry,
      {.what = fmt::format("publish {}", bundles[0].manifest.title()), .edit = change, .bring = upload}));
  return published(options.registry, tell(bundles, options, registry->place()));
}

struct PointOptions {
  RegistryOptions registry;
  std::string model, version, channel = "stable", reason;
};

Result<Answer> promote(const PointOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  const ModelName model = DROVER_TRY(ModelName::parse(options.model));
  const Version version = DROVER_TRY(Version::parse(options.version));
  const std::string said =
      fmt::format("channel {} of {} points at {}", options.channel, model.str(), version.str());
  DROVER_TRY(edit_registry(*registry, options.registry, {.what = said, .edit = [&](repo::Edit& edit) {
                                                           return edit.promote(model, options.channel,
                                                                               version);
                                                         }}));
  return published(
      options.registry,
      {{{"model", model.str()}, {"channel", options.channel}, {"version", version.str()}}, said});
}

Result<Answer> yank(const PointOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options.registry));
  const ModelName model = DROVER_TRY(ModelName::parse(options.model));
  const Version version = DROVER_TRY(Version::parse(options.version));
  std::vector<std::string> emptied;
  DROVER_TRY(edit_registry(*registry, options.registry,
                           {.what = fmt::format("yank {} {}", model.str(), version.str()),
                            .edit = [&](repo::Edit& edit) -> Status {
                              emptied = DROVER_TRY(edit.yank(model, version, options.reason));
                              return {};
                            }}));
  std::string text =
      fmt::format("{} {} is withdrawn: no device installs it from now on", model.str(), version.str());
  for (const std::string& channel : emptied)
    text += fmt::format(
        "\nchannel {} pointed at it and points at nothing now: `drover model promote {} VERSION "
        "--channel {}` sets it",
        channel, model.str(), channel);
  return published(
      options.registry,
      {{{"model", model.str()}, {"version", version.str()}, {"yanked", true}, {"channels_emptied", emptied}},
       text});
}

void add_publish(CLI::App* model, Context& context) {
  auto options = std::make_shared<PublishOptions>();
  CLI::App* verb =
      model->add_subcommand("publish",
                            "Sign bundles and put them into the repository. Each is checked to its last byte "
                            "first. A version never "
                            "changes once published; several bundles become visible together or not at all.");
  verb->add_option("BUNDLE", options->files, "Bundles that `drover model pack` made")->required();
  verb->add_option("--channel", options->channel, "Point this channel (such as stable) at the version too");
  verb->add_option("--notes", options->notes, "Release notes (default: the bundle's own)");
  add_registry_options(verb, options->registry);
  add_export_option(verb, options->registry);
  on_run(verb, context, [options] { return publish(*options); });
}

void add_point_verb(CLI::App* model, Context& context, const char* name, const char* about,
                    Result<Answer> (*work)(const PointOptions&)) {
  auto options = std::make_shared<PointOptions>();
  CLI::App* verb = model->add_subcommand(name, about);
  verb->add_option("NAME", options->model, "The model")->required();
  verb->add_option("VERSION", options->version, "One of its versions")->required();
  if (work == promote)
    verb->add_option("--channel", options->channel, "The channel to point at it")->capture_default_str();
  else
    verb->add_option("--reason", options->reason, "Why; devices and `list` tell it");
  add_registry_options(verb, options->registry);
  add_export_option(verb, options->registry);
  on_run(verb, context, [options, work] { return work(*options); });
}

}  // namespace

void add_model_publish_commands(CLI::App& program, Context& context) {
  CLI::App* model = noun(program, "model", "Pack, publish and withdraw models");
  add_publish(model, context);
  add_point_verb(model, context, "promote", "Point a channel at a published version", promote);
  add_point_verb(model, context, "yank",
                 "Withdraw a version: its signed target is removed and its name never published again", yank);
}

}  // namespace drover::cli
