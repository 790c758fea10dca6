#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/registry.h"
#include "repo/catalog.h"

namespace drover::cli {
namespace {

using nlohmann::ordered_json;

ordered_json variant_json(const repo::ModelTarget& one) {
  ordered_json value = {{"variant", one.variant},
                        {"digest", one.target.sha256 ? one.target.sha256->hex() : ""},
                        {"length", one.target.length},
                        {"requires", one.requirements},
                        {"path", one.target.path}};
  if (one.issued) value["issued"] = format_time(*one.issued);
  return value;
}

ordered_json version_json(const repo::CatalogVersion& version) {
  ordered_json value = {{"version", version.version.str()},
                        {"released", version.variants[0].released},
                        {"notes", version.variants[0].notes},
                        {"channels", version.channels},
                        {"variants", ordered_json::array()}};
  for (const repo::ModelTarget& one : version.variants) value["variants"].push_back(variant_json(one));
  return value;
}

ordered_json model_json(const repo::CatalogModel& model) {
  ordered_json value = {{"name", model.name.str()},
                        {"role_version", model.role_version},
                        {"expires", format_time(model.expires)},
                        {"channels", model.channels},
                        {"versions", ordered_json::array()},
                        {"yanked", ordered_json::array()}};
  for (const repo::CatalogVersion& version : model.versions)
    value["versions"].push_back(version_json(version));
  for (const repo::YankedVersion& one : model.yanked)
    value["yanked"].push_back(
        {{"version", one.version.str()}, {"at", format_time(one.at)}, {"reason", one.reason}});
  return value;
}

std::string model_text(const repo::CatalogModel& model) {
  std::string text;
  for (const repo::CatalogVersion& version : model.versions) {
    for (const repo::ModelTarget& one : version.variants)
      text += fmt::format("{:<20} {:<12} {:<12} {:>12} {} {}\n", model.name.str(), version.version.str(),
                          one.variant.empty() ? "-" : one.variant, one.target.length,
                          one.target.sha256 ? one.target.sha256->hex().substr(0, 12) : "",
                          fmt::join(version.channels, ","));
  }
  for (const repo::YankedVersion& one : model.yanked)
    text += fmt::format("{:<20} {:<12} withdrawn {} {}\n", model.name.str(), one.version.str(),
                        format_time(one.at), one.reason);
  return text;
}

Result<std::vector<repo::CatalogModel>> load(const RegistryOptions& options) {
  const auto registry = DROVER_TRY(open_registry(options));
  const trust::TrustedSet state = DROVER_TRY(registry->state());
  return repo::catalog_of(state);
}

Result<Answer> list(const RegistryOptions& options) {
  const auto models = DROVER_TRY(load(options));
  Answer answer{.json = {{"models", ordered_json::array()}}, .text = {}};
  for (const repo::CatalogModel& model : models) {
    answer.json["models"].push_back(model_json(model));
    answer.text += model_text(model);
  }
  answer.text = answer.text.empty() ? "no models yet: `drover model publish` puts one here"
                                    : fmt::format("{:<20} {:<12} {:<12} {:>12} {:<12} {}\n", "MODEL",
                                                  "VERSION", "VARIANT", "BYTES", "SHA256", "CHANNELS") +
                                          answer.text;
  return answer;
}

std::string version_text(const repo::CatalogModel& model, const repo::CatalogVersion& version) {
  std::string text =
      fmt::format("{} {}\n  released  {}\n  channels  {}\n  notes     {}\n", model.name.str(),
                  version.version.str(), version.variants[0].released,
                  version.channels.empty() ? "-" : fmt::format("{}", fmt::join(version.channels, ", ")),
                  version.variants[0].notes);
  for (const repo::ModelTarget& one : version.variants) {
    text += fmt::format("  variant {}: {} bytes, {} unpacked\n    sha256 {}\n",
                        one.variant.empty() ? "-" : one.variant, one.target.length, one.size_unpacked,
                        one.target.sha256 ? one.target.sha256->hex() : "-");
    for (const auto& [key, value] : one.requirements)
      text += fmt::format("    requires {} = {}\n", key, value);
  }
  return text;
}

Result<Answer> show(const RegistryOptions& options, const std::string& name, const std::string& version) {
  const auto models = DROVER_TRY(load(options));
  const auto model = std::ranges::find_if(models, [&](const auto& one) { return one.name.str() == name; });
  if (model == models.end())
    return fail(Code::not_found, fmt::format("the repository has no model \"{}\"", name));
  if (version.empty()) return Answer{model_json(*model), model_text(*model)};
  for (const repo::CatalogVersion& one : model->versions)
    if (one.version.str() == version) return Answer{version_json(one), version_text(*model, one)};
  for (const repo::YankedVersion& one : model->yanked)
    if (one.version.str() == version)
      return fail(Code::yanked,
                  fmt::format("{} {} was withdrawn at {}: {}", name, version, format_time(one.at),
                              one.reason.empty() ? "no reason given" : one.reason));
  return fail(Code::not_found, fmt::format("{} {} is not in the repository", name, version));
}

}  // namespace

void add_model_list_commands(CLI::App& program, Context& context) {
  CLI::App* model = noun(program, "model", "Pack, publish and withdraw models");
  auto options = std::make_shared<RegistryOptions>();
  CLI::App* verb =
      model->add_subcommand("list", "All models, their versions, channels and withdrawn versions");
  add_registry_options(verb, *options);
  on_run(verb, context, [options] { return list(*options); });

  struct ShowOptions {
    RegistryOptions registry;
    std::string model, version;
  };
  auto which = std::make_shared<ShowOptions>();
  verb = model->add_subcommand("show", "A model, or one version of it with what each variant requires");
  verb->add_option("NAME", which->model, "The model")->required();
  verb->add_option("VERSION", which->version, "One of its versions");
  add_registry_options(verb, which->registry);
  on_run(verb, context, [which] { return show(which->registry, which->model, which->version); });
}

}  // namespace drover::cli
