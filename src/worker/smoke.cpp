#include "bundle/golden.h"
#include "tables/npz.h"
#include "worker/room.h"
#include "worker/samples.h"
#include "worker/verbs.h"
#include "worker/version.h"

namespace drover::worker {
namespace {

using bundle::Manifest;
using runtime::Session;

constexpr std::uint64_t kToleranceBytesMax = std::uint64_t{1} << 20;
constexpr double kMiB = 1024.0 * 1024.0;

/// What is read of the version before the lock-down.
struct Contents {
  VersionFiles version;
  Bytes inputs, outputs, tolerance;
};

Result<Contents> read_contents(const std::string& directory) {
  Contents contents{
      .version = DROVER_TRY(read_version(directory)), .inputs = {}, .outputs = {}, .tolerance = {}};
  const Manifest& manifest = contents.version.manifest;
  contents.inputs = DROVER_TRY(read_table(directory, manifest, "golden/inputs"));
  contents.outputs = DROVER_TRY(read_table(directory, manifest, "golden/outputs"));
  contents.tolerance = DROVER_TRY(read_whole(directory + "/golden/tolerance.json", kToleranceBytesMax));
  return contents;
}

/// The comparison of every sample with its golden outputs.
class Comparison {
 public:
  Comparison(std::vector<Stack> expected, bundle::Tolerance tolerance, const bundle::EngineReport& engine)
      : expected_(std::move(expected)),
        tolerance_(std::move(tolerance)),
        engine_(engine),
        deviations_(expected_.size()) {}

  Status compare(Session& session, std::size_t sample) {
    bool differs = false;
    for (std::size_t o = 0; o < expected_.size(); ++o) {
      const std::string& name = session.outputs()[o].name;
      const Tensor expected = expected_[o].sample(sample);
      const bool real = tables::is_float(expected.dtype);
      const Tensor got = DROVER_TRY(session.output(o, real ? std::optional(expected.dtype) : std::nullopt));
      const auto& allowed = tolerance_.of(name, engine_.engine, engine_.delegate);
      const auto deviation = bundle::compare_output(sample, name, expected, got, allowed);
      deviations_[o].output = name;
      if (deviation) {
        deviations_[o].max_absolute = std::max(deviations_[o].max_absolute, deviation->max_absolute);
        deviations_[o].top1_changes += deviation->top1_changed ? 1 : 0;
      } else {
        differs = true;
        if (!first_) first_ = deviation.error();
      }
    }
    differing_ += differs ? 1 : 0;
    return {};
  }

  /// The first deviation, with how many samples differ.
  [[nodiscard]] Status verdict(std::size_t samples) const {
    if (!first_) return {};
    return fail(first_->code,
                fmt::format("{} of {} golden samples differ on {} ({}); the first: {}", differing_, samples,
                            engine_.engine, engine_.delegate, first_->text()));
  }
  [[nodiscard]] const std::vector<bundle::DeviationReport>& deviations() const { return deviations_; }

 private:
  std::vector<Stack> expected_;
  bundle::Tolerance tolerance_;
  bundle::EngineReport engine_;
  std::vector<bundle::DeviationReport> deviations_;
  std::optional<Error> first_;
  std::size_t differing_ = 0;
};

Result<Comparison> comparison_of(const Contents& contents, const Session& session) {
  auto tensors = DROVER_TRY(tables::read_tensors(contents.outputs).in("golden/outputs"));
  auto arranged =
      DROVER_TRY(bundle::arrange(std::move(tensors), contents.version.manifest.outputs).in("golden/outputs"));
  auto stacks = DROVER_TRY(make_stacks(std::move(arranged), session.outputs()).in("golden/outputs"));
  auto tolerance =
      DROVER_TRY(bundle::parse_tolerance(as_text(contents.tolerance)).in("golden/tolerance.json"));
  return Comparison(std::move(stacks), std::move(tolerance), session.info().engine);
}

/// The required delegate runs the model, and clearly no smaller share of it than where it was packed.
Status check_delegate(const std::string& required, const std::optional<bundle::Delegation>& packed,
                      const bundle::EngineReport& here) {
  if (required.empty()) return {};
  if (required != here.delegate)
    return fail(Code::delegate_missing,
                fmt::format("the variant requires the delegate {}, but {} {} runs this model with {}",
                            required, here.engine, here.version, here.delegate));
  const bundle::Delegation now{.nodes = here.nodes, .nodes_delegated = here.nodes_delegated};
  if (!packed || !falls_short(now, *packed)) return {};
  return fail(Code::delegate_missing,
              fmt::format("the variant requires the delegate {}, which ran {} of {} operators where it was "
                          "packed and runs {} of {} on {} {}: the others fall back",
                          required, packed->nodes_delegated, packed->nodes, now.nodes_delegated, now.nodes,
                          here.engine, here.version));
}

Status check_limits(const bundle::Limits& limits, const bundle::SmokeReport& report) {
  const double median_ms = report.latency.median_us / 1000;
  if (limits.latency_ms_max && median_ms > *limits.latency_ms_max)
    return fail(Code::smoke_latency,
                fmt::format("an inference takes {:.3f} ms (median of {}); the limit is {} ms", median_ms,
                            report.latency.runs, *limits.latency_ms_max));
  const double peak_mb = static_cast<double>(report.peak_memory_bytes) / kMiB;
  if (limits.memory_mb_max && peak_mb > static_cast<double>(*limits.memory_mb_max))
    return fail(Code::smoke_memory,
                fmt::format("the model's process used {:.1f} MiB of memory; the limit is {} MiB", peak_mb,
                            *limits.memory_mb_max));
  return {};
}

/// One run that is not counted, then every sample, timed and compared.
Status run_samples(Session& session, const Samples& samples, Comparison& comparison,
                   std::vector<double>& times_us) {
  DROVER_TRY(samples.feed(session, 0));
  DROVER_TRY(session.invoke());
  for (std::size_t i = 0; i < samples.count(); ++i) {
    const std::string place = fmt::format("golden sample {}", i);
    DROVER_TRY(run_sample(session, samples, i, times_us).in(place));
    DROVER_TRY(comparison.compare(session, i).in(place));
  }
  return comparison.verdict(samples.count());
}

}  // namespace

Result<bundle::SmokeReport> smoke(const std::string& version_directory, const Settings& settings) {
  Contents contents = DROVER_TRY(read_contents(version_directory));
  const Manifest& manifest = contents.version.manifest;
  LockedRoom room = DROVER_TRY(LockedRoom::enter(settings));

  const auto session =
      DROVER_TRY(room.load(std::move(contents.version.model), chosen_delegate(manifest, settings)));
  DROVER_TRY(check_delegate(required_delegate(manifest), manifest.delegation, session->info().engine));
  DROVER_TRY(check_tensors(manifest, *session));

  const Samples samples =
      DROVER_TRY(read_samples(manifest, std::move(contents.inputs), "golden/inputs", *session));
  Comparison comparison = DROVER_TRY(comparison_of(contents, *session));
  if (samples.count() == 0) return fail(Code::bad_bundle, "the bundle has no golden samples");
  std::vector<double> times_us;
  DROVER_TRY(run_samples(*session, samples, comparison, times_us));
  const bundle::SmokeReport report{.samples = samples.count(),
                                   .engine = session->info().engine,
                                   .latency = summarise(std::move(times_us)),
                                   .peak_memory_bytes = room.peak_memory_bytes(),
                                   .deviations = comparison.deviations()};
  DROVER_TRY(check_limits(manifest.limits, report));
  return report;
}

}  // namespace drover::worker
