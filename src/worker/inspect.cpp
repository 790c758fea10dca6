#include "runtime/model_file.h"
#include "worker/room.h"
#include "worker/verbs.h"

namespace drover::worker {
namespace {

constexpr std::size_t kRuns = 100;
constexpr double kTimeUsMax = 1e6;  // of all runs together

std::vector<bundle::TensorReport> tensors(const runtime::ModelFile& file,
                                          const std::vector<std::size_t>& indices) {
  std::vector<bundle::TensorReport> result;
  for (const std::size_t index : indices) {
    const runtime::FileTensor& tensor = file.tensors[index];
    result.push_back({.name = tensor.name,
                      .dtype = tensor.dtype ? std::string(tables::name(*tensor.dtype)) : tensor.type_name,
                      .shape = tensor.shape,
                      .quantisation = tensor.quantisation});
  }
  return result;
}

/// Zeros, of which the first run is not counted: it touches all memory for the first time.
Result<bundle::LatencyReport> latency(runtime::Session& session) {
  for (std::size_t i = 0; i < session.inputs().size(); ++i)
    std::ranges::fill(session.input_bytes(i), std::uint8_t{0});
  DROVER_TRY(session.invoke());
  std::vector<double> times_us;
  double total_us = 0;
  while (times_us.size() < kRuns && (times_us.empty() || total_us < kTimeUsMax)) {
    DROVER_TRY(timed_invoke(session, times_us));
    total_us += times_us.back();
  }
  return summarise(std::move(times_us));
}

}  // namespace

Result<bundle::InspectReport> inspect(const std::string& model, const Settings& settings) {
  Bytes bytes = DROVER_TRY(read_whole(model, kModelBytesMax));
  LockedRoom room = DROVER_TRY(LockedRoom::enter(settings));
  const runtime::ModelFile file = DROVER_TRY(runtime::read_model_file(bytes));
  bundle::InspectReport report{.size_bytes = file.size_bytes,
                               .description = file.description,
                               .inputs = tensors(file, file.inputs),
                               .outputs = tensors(file, file.outputs),
                               .operators = file.operators,
                               .engine = {},
                               .latency = {},
                               .peak_memory_bytes = 0};
  const auto session = DROVER_TRY(room.load(std::move(bytes), settings.delegate));
  report.latency = DROVER_TRY(latency(*session));
  report.engine = session->info().engine;
  report.peak_memory_bytes = room.peak_memory_bytes();
  return report;
}

}  // namespace drover::worker
