#include <fmt/format.h>

#include "cli/bundle_describe.h"
#include "cli/commands.h"
#include "cli/model_inspect.h"
#include "cli/model_pack.h"

namespace drover::cli {
namespace {

using nlohmann::ordered_json;

std::string smoke_text(const bundle::SmokeReport& smoke) {
  return fmt::format("passed here on {} {} ({}): {} samples, median {:.0f} µs, {:.1f} MiB",
                     smoke.engine.engine, smoke.engine.version, smoke.engine.delegate, smoke.samples,
                     smoke.latency.median_us, static_cast<double>(smoke.peak_memory_bytes) / (1024 * 1024));
}

std::string holdout_text(const bundle::HoldoutReport& holdout) {
  return fmt::format("{} of {} right here: {:.2f} %", holdout.right, holdout.samples,
                     100 * holdout.accuracy());
}

std::string other_delegate_text(const PackResult& result) {
  return "devices on another delegate would refuse this version, unless an entry of --tolerance allows it: " +
         result.other_delegate;
}

Answer describe(const PackResult& result) {
  ordered_json json = facts_json(result.facts);
  json["bundle"] = result.path;
  json["golden"] = {{"samples", result.golden_samples},
                    {"outputs", result.outputs_computed ? "computed" : "given"}};
  json["baseline"] = result.has_baseline;
  json["verified"] = result.smoke.has_value();
  if (result.smoke) json["smoke"] = ordered_json::parse(bundle::to_json(*result.smoke));
  if (result.holdout && *result.holdout)
    json["holdout"] = ordered_json::parse(bundle::to_json(**result.holdout));
  json["warnings"] = ordered_json::array();
  if (!result.other_delegate.empty()) json["warnings"].push_back(other_delegate_text(result));
  if (result.holdout && !*result.holdout)
    json["warnings"].push_back("the holdout could not be measured here: " + result.holdout->error().text());
  std::string text = fmt::format("packed {}\n", result.path) + facts_text(result.facts);
  text += fmt::format("{:<12}{} samples, outputs {}\n", "golden", result.golden_samples,
                      result.outputs_computed ? "computed by the runtime here" : "as given");
  if (!result.has_baseline)
    text += fmt::format("{:<12}none: drift cannot be watched (--reference)\n", "baseline");
  text += fmt::format("{:<12}{}\n", "smoke test", result.smoke ? smoke_text(*result.smoke) : "not run");
  if (result.holdout && *result.holdout)
    text += fmt::format("{:<12}{}\n", "holdout", holdout_text(**result.holdout));
  for (const auto& warning : json["warnings"])
    text += fmt::format("{:<12}{}\n", "warning", warning.get<std::string>());
  return {.json = std::move(json), .text = std::move(text)};
}

void add_pack_options(CLI::App* verb, PackOptions& o) {
  verb->add_option("model", o.model, "the .tflite file")->required();
  verb->add_option("--name", o.name, "the model line, such as defect")->required();
  verb->add_option("--version", o.version, "its version, semver, such as 1.2.0")->required();
  verb->add_option(
          "--golden", o.golden,
          "INPUTS.npy[,OUTPUTS.npy]: at least 10 samples along the first axis, .npz for several tensors; "
          "outputs not given are computed by the runtime here")
      ->required();
  verb->add_option(
      "--tolerance", o.tolerance,
      "JSON: how far a device's outputs may be from the golden ones (default: 0.001 absolute and relative "
      "for float32, 2 steps for quantised outputs, the same top class when there are labels)");
  CLI::Option* reference = verb->add_option(
      "--reference", o.reference,
      "CSV of training-time values, a column a feature; confidence and class are reserved names");
  verb->add_option("--baseline", o.baseline, "a baseline.json made before")->excludes(reference);
  verb->add_option("--seed", o.seed, "what breaks ties among the reference's values")->capture_default_str();
  verb->add_option("--holdout", o.holdout, "INPUTS.npy,LABELS.npy: labelled samples kept from training");
  verb->add_option("--labels", o.labels, "names of the first output's classes, such as good,defect");
  verb->add_option("--preprocess", o.preprocess, "JSON: how raw uint8 images become the model's input");
  verb->add_option("--policy", o.policy, "policy.toml: probation, rules and detectors (default: Drover's)");
  verb->add_option("--variant", o.variant, "name of this bundle among several of one version");
  verb->add_option(
      "--requires", o.requirements,
      "KEY=VALUE that a device must have: arch, runtime, delegate, memory_mb, labels, label.KEY");
  verb->add_option("--limit-latency-ms", o.latency_ms_max,
                   "a device where the median is slower refuses the version");
  verb->add_option("--limit-memory-mb", o.memory_mb_max,
                   "a device where the model takes more refuses the version");
  verb->add_option("--notes", o.notes, "what is new, for people");
  verb->add_option("--created", o.created,
                   "date in the manifest, 2026-01-31T12:00:00Z (else SOURCE_DATE_EPOCH, now)");
  verb->add_flag("!--no-verify", o.verify, "do not run the smoke test on the result");
  verb->add_option("-o,--output", o.output, "the bundle to write (default NAME-VERSION[+VARIANT].drover)");
  add_worker_options(verb, o.worker);
}

void add_pack(CLI::App* models, Context& context) {
  auto options = std::make_shared<PackOptions>();
  CLI::App* verb = models->add_subcommand(
      "pack", "Make the one file that carries a version to devices: model, golden samples, baseline, policy");
  add_pack_options(verb, *options);
  verb->footer(
      "The bundle is written only when it passes its own smoke test here. Equal inputs and an equal date "
      "give an equal "
      "file, so its digest can be checked by packing again. See docs/formats/bundle.md.");
  on_run(verb, context, [options]() -> Result<Answer> { return describe(DROVER_TRY(pack(*options))); });
}

void add_unpack(CLI::App* models, Context& context) {
  struct Options {
    std::string file, directory = ".";
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = models->add_subcommand("unpack", "Check a bundle and write its members into a directory");
  verb->add_option("file", options->file, "the bundle")->required();
  verb->add_option("-C,--directory", options->directory, "a new or empty directory")->required();
  on_run(verb, context, [options]() -> Result<Answer> {
    const BundleFacts facts = DROVER_TRY(unpack_bundle(options->file, options->directory));
    ordered_json json = facts_json(facts);
    json["directory"] = options->directory;
    json["members"] = facts.manifest.members.size() + 1;
    return Answer{.json = std::move(json),
                  .text = fmt::format("unpacked {} into {}\n", facts.manifest.title(), options->directory) +
                          facts_text(facts)};
  });
}

}  // namespace

void add_model_pack_commands(CLI::App& program, Context& context) {
  CLI::App* models = noun(program, "model", "models: pack, look into, publish");
  add_pack(models, context);
  add_unpack(models, context);
}

}  // namespace drover::cli
