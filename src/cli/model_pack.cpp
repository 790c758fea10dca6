#include "cli/model_pack.h"

#include <fmt/format.h>

#include "cli/model_inspect.h"
#include "cli/pack_parts.h"
#include "cli/temporary_directory.h"
#include "fs/file_system.h"
#include "tables/npz.h"

namespace drover::cli {
namespace {

constexpr std::uint64_t kModelBytesMax = std::uint64_t{2} << 30;
constexpr std::uint64_t kTableBytesMax = std::uint64_t{1} << 30;

/// A manifest with the preprocessing for `drover-worker run`; the members' digests are not known yet.
std::string draft(bundle::Manifest manifest, const bundle::Members& members) {
  for (const auto& [path, content] : members) manifest.members[path] = {{}, content.size()};
  manifest.members[std::string(bundle::kModelPath)] = {};
  manifest.members["golden/outputs.npy"] = {};
  return to_json(manifest);
}

/// The golden outputs that the runtime gives, as the worker wrote them.
Result<tables::NamedTensors> compute_outputs(const PackOptions& options, const PackParts& parts) {
  const TemporaryDirectory work = DROVER_TRY(TemporaryDirectory::make());
  fs::FileSystem& files = fs::real_file_system();
  const std::string manifest = work.file("manifest.json"), outputs = work.file("outputs.npz");
  bool npz = parts.members.contains("golden/inputs.npz");
  const std::string stem = npz ? "inputs.npz" : "inputs.npy";
  DROVER_TRY(fs::write_atomically(files, work.file(stem), parts.members.at("golden/" + stem)));
  DROVER_TRY(fs::write_atomically(files, manifest, as_bytes(draft(parts.manifest, parts.members))));
  const Command command =
      DROVER_TRY(bundle::run_command(options.worker, options.model, work.file(stem), outputs, manifest));
  const ProcessResult ran = DROVER_TRY(run_process(command));
  DROVER_TRY(bundle::interpret_run(ran).in(options.model));
  return tables::read_tensors(DROVER_TRY(read_input(outputs, kTableBytesMax)));
}

/// Adds golden/outputs; true when they were computed.
Result<bool> add_outputs(const PackOptions& options, PackParts& parts) {
  const std::string given = cut(options.golden).second;
  tables::NamedTensors tensors;
  if (given.empty()) {
    tensors = DROVER_TRY(compute_outputs(options, parts));
  } else {
    const Bytes file = DROVER_TRY(read_input(given, kTableBytesMax));
    tensors = DROVER_TRY(tables::read_tensors(file).in(given));
  }
  const auto& specs = parts.manifest.outputs;
  auto arranged =
      DROVER_TRY(bundle::arrange(std::move(tensors), specs).in(given.empty() ? options.model : given));
  DROVER_TRY(add_table(parts.members, "golden/outputs", std::move(arranged), specs));
  return given.empty();
}

/// What a device will do with the bundle before it runs it.
Result<bundle::SmokeReport> smoke_test(const bundle::WorkerOptions& worker, const std::string& directory) {
  const Command command = DROVER_TRY(bundle::smoke_command(worker, directory));
  return bundle::interpret_smoke(DROVER_TRY(run_process(command)));
}

/// Devices may run the model on another delegate than this machine did; that one is tried too, but decides
/// nothing.
std::string try_other_delegate(bundle::WorkerOptions worker, const bundle::SmokeReport& here,
                               const std::string& directory) {
  worker.delegate = here.engine.delegate == "none" ? "xnnpack" : "none";
  const auto report = smoke_test(worker, directory);
  return report || report.error().code != Code::smoke_output ? std::string() : report.error().text();
}

/// How well the model knows its holdout here. One that cannot be measured (it takes too long, or the model
/// names no classes) decides nothing; labels that do not fit the model do.
Status measure_holdout(const bundle::WorkerOptions& worker, const std::string& directory,
                       PackResult& result) {
  const Command command = DROVER_TRY(bundle::holdout_command(worker, directory));
  result.holdout = bundle::interpret_holdout(DROVER_TRY(run_process(command)));
  if (!*result.holdout && result.holdout->error().code == Code::bad_bundle)
    return fail(result.holdout->error());
  return {};
}

Status verify(const PackOptions& options, const std::string& bundle_path, bool has_holdout,
              PackResult& result) {
  const TemporaryDirectory work = DROVER_TRY(TemporaryDirectory::make());
  DROVER_TRY(unpack_bundle(bundle_path, work.file("version")));
  result.smoke =
      DROVER_TRY(smoke_test(options.worker, work.file("version"))
                     .in("the bundle does not pass its own smoke test here (--no-verify packs it all the "
                         "same)"));
  result.other_delegate = try_other_delegate(options.worker, *result.smoke, work.file("version"));
  return has_holdout ? measure_holdout(options.worker, work.file("version"), result) : Status();
}

std::string output_path(const PackOptions& options, const bundle::Manifest& manifest) {
  return options.output.empty() ? manifest.title() + ".drover" : options.output;
}

}  // namespace

Result<PackResult> pack(const PackOptions& options) {
  PackParts parts;
  parts.members[std::string(bundle::kModelPath)] = DROVER_TRY(read_input(options.model, kModelBytesMax));
  const bundle::InspectReport model = DROVER_TRY(inspect_model(options.model, options.worker));
  parts.manifest = DROVER_TRY(make_manifest(options, model));

  PackResult result;
  result.golden_samples = DROVER_TRY(add_samples(options, parts));
  DROVER_TRY(add_documents(options, parts));
  result.outputs_computed = DROVER_TRY(add_outputs(options, parts));
  result.has_baseline = parts.members.contains("baseline.json");

  result.path = output_path(options, parts.manifest);
  const auto check = [&](const std::string& part) {
    const bool has_holdout = parts.members.contains("holdout/labels.npy");
    return options.verify ? verify(options, part, has_holdout, result) : Status();
  };
  result.facts = DROVER_TRY(write_bundle_file(parts.manifest, parts.members, result.path, check));
  return result;
}

}  // namespace drover::cli
