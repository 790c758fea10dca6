#include "worker/version.h"

#include "bundle/golden.h"
#include "tables/npz.h"
#include "worker/room.h"

namespace drover::worker {
namespace {

using bundle::Manifest;
using runtime::Session;

Status same_specs(std::string_view what, const std::vector<bundle::TensorSpec>& promised,
                  const std::vector<bundle::TensorSpec>& found) {
  if (promised == found) return {};
  const auto text = [](const std::vector<bundle::TensorSpec>& specs) {
    std::string list;
    for (const auto& spec : specs)
      list += fmt::format("{}{} {} [{}]", list.empty() ? "" : ", ", spec.name, tables::name(spec.dtype),
                          fmt::join(spec.shape, ", "));
    return list;
  };
  return fail(Code::bad_manifest,
              fmt::format("the manifest's {} are {}; the model's are {}", what, text(promised), text(found)));
}

}  // namespace

Result<VersionFiles> read_version(const std::string& directory) {
  const std::string path = directory + "/" + std::string(bundle::kManifestPath);
  const Bytes text = DROVER_TRY(read_whole(path, bundle::kManifestBytesMax));
  VersionFiles files{.manifest = DROVER_TRY(bundle::parse_manifest(as_text(text)).in(path)), .model = {}};
  files.model = DROVER_TRY(read_whole(directory + "/" + std::string(bundle::kModelPath), kModelBytesMax));
  return files;
}

Result<Bytes> read_table(const std::string& directory, const Manifest& manifest, std::string_view stem) {
  const std::optional<std::string> path = bundle::table_path(manifest, stem);
  if (!path) return fail(Code::bad_bundle, fmt::format("{} has no {}", manifest.title(), stem));
  return read_whole(directory + "/" + *path, kTableBytesMax);
}

std::string required_delegate(const Manifest& manifest) {
  const auto found = manifest.requirements.find("delegate");
  return found == manifest.requirements.end() ? "" : found->second;
}

std::string chosen_delegate(const Manifest& manifest, const Settings& settings) {
  return settings.delegate.empty() ? required_delegate(manifest) : settings.delegate;
}

Status check_tensors(const Manifest& manifest, const Session& session) {
  const auto inputs = DROVER_TRY(carried(session.inputs()));
  const auto outputs = DROVER_TRY(carried(session.outputs()));
  DROVER_TRY(same_specs("inputs", manifest.inputs, inputs));
  return same_specs("outputs", manifest.outputs, outputs);
}

Result<Samples> read_samples(const Manifest& manifest, Bytes table, std::string_view stem,
                             const Session& session) {
  tables::NamedTensors tensors = DROVER_TRY(tables::read_tensors(table).in(stem));
  Bytes().swap(table);  // it may be large
  if (manifest.samples == bundle::Samples::tensors) {
    auto arranged = DROVER_TRY(bundle::arrange(std::move(tensors), manifest.inputs).in(stem));
    return Samples::tensors(std::move(arranged), session.inputs());
  }
  if (!manifest.preprocess || tensors.size() != 1)
    return fail(Code::bad_bundle,
                fmt::format("{} are raw images: one array, with the manifest's preprocessing", stem));
  return Samples::images(std::move(tensors[0].tensor), *manifest.preprocess, session.inputs());
}

Status run_sample(Session& session, const Samples& samples, std::size_t index,
                  std::vector<double>& times_us) {
  if (session.info().stateful) DROVER_TRY(session.reset_state());
  DROVER_TRY(samples.feed(session, index));
  return timed_invoke(session, times_us);
}

}  // namespace drover::worker
