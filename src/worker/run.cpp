#include "bundle/golden.h"
#include "tables/npz.h"
#include "worker/room.h"
#include "worker/samples.h"
#include "worker/verbs.h"

namespace drover::worker {
namespace {

/// What is read before the lock-down. The tables are parsed after it.
struct Contents {
  Bytes model, inputs, manifest;
};

Result<Samples> samples_of(const Contents& contents, const std::vector<runtime::TensorSpec>& specs) {
  tables::NamedTensors tensors = DROVER_TRY(tables::read_tensors(contents.inputs));
  if (!contents.manifest.empty()) {
    const bundle::Manifest manifest = DROVER_TRY(bundle::parse_manifest(as_text(contents.manifest)));
    if (manifest.samples == bundle::Samples::images && manifest.preprocess && tensors.size() == 1)
      return Samples::images(std::move(tensors[0].tensor), *manifest.preprocess, specs);
  }
  const auto expected = DROVER_TRY(carried(specs));
  std::vector<Tensor> arranged = DROVER_TRY(bundle::arrange(std::move(tensors), expected));
  return Samples::tensors(std::move(arranged), specs);
}

Result<Bytes> encode(const std::vector<std::vector<Tensor>>& outputs,
                     const std::vector<runtime::TensorSpec>& specs, bool as_npz) {
  tables::NamedTensors named;
  for (std::size_t i = 0; i < specs.size(); ++i)
    named.push_back({specs[i].name, DROVER_TRY(stack_outputs(outputs[i]).in(specs[i].name))});
  if (as_npz) return tables::write_npz(named);
  return tables::write_npy(named.at(0).tensor);
}

}  // namespace

Result<bundle::RunReport> run(const RunFiles& files, const Settings& settings) {
  Contents contents{.model = DROVER_TRY(read_whole(files.model, kModelBytesMax)),
                    .inputs = DROVER_TRY(read_whole(files.inputs, kTableBytesMax)),
                    .manifest = {}};
  if (!files.manifest.empty())
    contents.manifest = DROVER_TRY(read_whole(files.manifest, bundle::kManifestBytesMax));
  OutputFile output = DROVER_TRY(OutputFile::open(files.outputs));

  LockedRoom room = DROVER_TRY(LockedRoom::enter(settings));
  const auto session = DROVER_TRY(room.load(std::move(contents.model), settings.delegate));
  const Samples samples = DROVER_TRY(samples_of(contents, session->inputs()).in(files.inputs));
  if (samples.count() == 0)
    return fail(Code::invalid_argument, fmt::format("{} has no samples", files.inputs));

  std::vector<std::vector<Tensor>> outputs(session->outputs().size());
  std::vector<double> times_us;
  for (std::size_t i = 0; i < samples.count(); ++i) {
    if (session->info().stateful) DROVER_TRY(session->reset_state());
    DROVER_TRY(samples.feed(*session, i).in(fmt::format("sample {}", i)));
    DROVER_TRY(timed_invoke(*session, times_us).in(fmt::format("sample {}", i)));
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      const bool real = files.real_values && session->outputs()[o].quantisation;
      outputs[o].push_back(
          DROVER_TRY(session->output(o, real ? std::optional(tables::DType::float32) : std::nullopt)));
    }
  }
  const bool as_npz = outputs.size() != 1 || files.outputs.ends_with(".npz");
  const Bytes encoded = DROVER_TRY(encode(outputs, session->outputs(), as_npz));
  DROVER_TRY(output.write(encoded));
  return bundle::RunReport{.samples = samples.count(),
                           .engine = session->info().engine,
                           .latency = summarise(std::move(times_us))};
}

}  // namespace drover::worker
