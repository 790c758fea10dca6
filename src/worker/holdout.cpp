#include <algorithm>

#include "tables/npz.h"
#include "worker/room.h"
#include "worker/top_class.h"
#include "worker/verbs.h"
#include "worker/version.h"

namespace drover::worker {
namespace {

using bundle::HoldoutReport;
using runtime::Session;
using tables::DType;

/// One whole number a sample.
Result<std::vector<std::size_t>> read_labels(const Bytes& table, std::size_t samples) {
  const tables::NamedTensors tensors = DROVER_TRY(tables::read_tensors(table));
  if (tensors.size() != 1 || tensors[0].tensor.shape.size() != 1 || tables::is_float(tensors[0].tensor.dtype))
    return fail(Code::bad_bundle, "one array of one dimension with whole numbers expected");
  const Tensor& tensor = tensors[0].tensor;
  if (tensor.count() != samples || samples == 0)
    return fail(Code::bad_bundle, fmt::format("{} labels for {} samples", tensor.count(), samples));
  std::vector<std::size_t> labels;
  for (std::size_t i = 0; i < samples; ++i) {
    if (tensor.at(i) < 0) return fail(Code::bad_bundle, fmt::format("label {} at {}", tensor.at(i), i));
    labels.push_back(static_cast<std::size_t>(tensor.at(i)));
  }
  return labels;
}

/// The first output in real values where it is quantised.
Result<Tensor> answer(Session& session) {
  const bool quantised = session.outputs().at(0).quantisation.has_value();
  return session.output(0, quantised ? std::optional(DType::float32) : std::nullopt);
}

/// How many classes there are, by what the first answer looks like and what the manifest names.
Result<std::size_t> count_classes(const Tensor& first, ClassForm form, std::size_t named,
                                  const std::vector<std::size_t>& labels) {
  if (form == ClassForm::scores) return first.count();
  if (form == ClassForm::index) return named > 0 ? named : std::ranges::max(labels) + 1;
  if (named <= 2) return 2;
  return fail(Code::unsupported,
              fmt::format("the model gives a single score, and the manifest names {} classes", named));
}

/// Answers against labels, sample by sample.
class Comparison {
 public:
  Comparison(std::vector<std::size_t> labels, HoldoutReport& report)
      : labels_(std::move(labels)), report_(report) {}

  /// What the answer to the first sample looks like decides how all are read.
  Status begin(const Tensor& first, std::string_view output, std::size_t named) {
    form_ = DROVER_TRY(class_form(first, output));
    classes_ = DROVER_TRY(count_classes(first, form_, named, labels_));
    for (std::size_t i = 0; i < labels_.size(); ++i)
      if (labels_[i] >= classes_)
        return fail(Code::bad_bundle, fmt::format("holdout/labels: label {} at {} is none of the {} classes",
                                                  labels_[i], i, classes_));
    if (classes_ <= HoldoutReport::kClassesMax)
      report_.by_class.assign(classes_, std::vector<std::uint64_t>(classes_));
    return {};
  }
  void add(std::size_t sample, const Tensor& answer) {
    const auto named = top_class(answer, form_);
    report_.samples += 1;
    report_.right += named == labels_[sample] ? 1 : 0;
    if (named && *named < report_.by_class.size()) report_.by_class[labels_[sample]][*named] += 1;
  }

 private:
  std::vector<std::size_t> labels_;
  HoldoutReport& report_;
  ClassForm form_ = ClassForm::scores;
  std::size_t classes_ = 0;
};

}  // namespace

Result<HoldoutReport> holdout(const std::string& version_directory, const Settings& settings) {
  VersionFiles version = DROVER_TRY(read_version(version_directory));
  const bundle::Manifest& manifest = version.manifest;
  if (!bundle::table_path(manifest, "holdout/inputs"))
    return fail(Code::not_found, fmt::format("{} has no holdout", manifest.title()));
  Bytes inputs = DROVER_TRY(read_table(version_directory, manifest, "holdout/inputs"));
  const Bytes table = DROVER_TRY(read_table(version_directory, manifest, "holdout/labels"));
  LockedRoom room = DROVER_TRY(LockedRoom::enter(settings));

  const auto session = DROVER_TRY(room.load(std::move(version.model), chosen_delegate(manifest, settings)));
  DROVER_TRY(check_tensors(manifest, *session));
  const Samples samples = DROVER_TRY(read_samples(manifest, std::move(inputs), "holdout/inputs", *session));
  HoldoutReport report;
  Comparison comparison(DROVER_TRY(read_labels(table, samples.count()).in("holdout/labels")), report);
  std::vector<double> times_us;
  DROVER_TRY(run_sample(*session, samples, 0, times_us).in("holdout sample 0"));
  times_us.clear();
  const Tensor first = DROVER_TRY(answer(*session));
  DROVER_TRY(comparison.begin(first, session->outputs()[0].name, manifest.labels.size()));
  for (std::size_t i = 0; i < samples.count(); ++i) {
    const std::string place = fmt::format("holdout sample {}", i);
    DROVER_TRY(run_sample(*session, samples, i, times_us).in(place));
    comparison.add(i, DROVER_TRY(answer(*session).in(place)));
  }
  report.engine = session->info().engine;
  report.latency = summarise(std::move(times_us));
  return report;
}

}  // namespace drover::worker
