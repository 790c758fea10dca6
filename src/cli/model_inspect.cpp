#include "cli/model_inspect.h"

namespace drover::cli {
namespace {

std::string text_of(const bundle::Quantisation& quantisation) {
  if (quantisation.scales.size() != 1)
    return fmt::format("{} scales along axis {}", quantisation.scales.size(), quantisation.axis);
  return fmt::format("real = {:.6g} · (stored − {})", quantisation.scales[0], quantisation.zero_points[0]);
}

void add_tensors(std::string& text, std::string_view heading,
                 const std::vector<bundle::TensorReport>& tensors) {
  for (const bundle::TensorReport& tensor : tensors) {
    text +=
        fmt::format("{:<12}{}  {} [{}]", heading, tensor.name, tensor.dtype, fmt::join(tensor.shape, ", "));
    if (tensor.quantisation) text += "  " + text_of(*tensor.quantisation);
    text += '\n';
    heading = "";
  }
}

std::string text_of(const bundle::InspectReport& report) {
  std::string text = fmt::format("{:<12}.tflite, {} bytes{}\n", "model", report.size_bytes,
                                 report.description.empty() ? "" : ", \"" + report.description + "\"");
  add_tensors(text, "inputs", report.inputs);
  add_tensors(text, "outputs", report.outputs);
  std::string operators;
  for (const auto& [name, count] : report.operators)
    operators += fmt::format("{}{} {}", operators.empty() ? "" : ", ", count, name);
  text += fmt::format("{:<12}{}\n", "operators", operators);
  text += fmt::format("{:<12}{} {}, delegate {} (runs {} of {} operators)\n", "engine", report.engine.engine,
                      report.engine.version, report.engine.delegate, report.engine.nodes_delegated,
                      report.engine.nodes);
  text += fmt::format(
      "{:<12}median {:.0f} µs, 95 % within {:.0f} µs, at most {:.0f} µs ({} runs on zeros, one thread)\n",
      "latency", report.latency.median_us, report.latency.p95_us, report.latency.max_us, report.latency.runs);
  text += fmt::format("{:<12}{:.1f} MiB at its peak, the whole process\n", "memory",
                      static_cast<double>(report.peak_memory_bytes) / (1024 * 1024));
  return text;
}

}  // namespace

Result<bundle::InspectReport> inspect_model(const std::string& path, const bundle::WorkerOptions& options) {
  const Command command = DROVER_TRY(bundle::inspect_command(options, path));
  const ProcessResult result = DROVER_TRY(run_process(command));
  auto report = bundle::interpret_inspect(result).in(path);
  // Nothing but the model was given: a shape that the runtime cannot take is its mistake, not the caller's.
  if (!report && report.error().code == Code::invalid_argument) report.error().code = Code::bad_model;
  return report;
}

Answer describe(const bundle::InspectReport& report) {
  auto json = nlohmann::ordered_json::parse(bundle::to_json(report));
  json.erase("ok");
  json["delegate"] = report.engine.delegate;
  return {.json = std::move(json), .text = text_of(report)};
}

void add_worker_options(CLI::App* verb, bundle::WorkerOptions& options) {
  verb->add_option("--worker", options.program,
                   "drover-worker to use; else DROVER_WORKER, else the one beside drover");
  verb->add_option("--delegate", options.delegate, "run the model on this delegate: xnnpack or none");
  verb->add_option("--memory-mb-max", options.memory_mb_max,
                   "memory that the model may take, MiB (default 1024)");
  verb->add_option_function<std::string>(
          "--time-max",
          [&options](const std::string& text) {
            const auto duration = parse_duration(text);
            if (!duration) throw CLI::ValidationError("--time-max", duration.error().text());
            options.time_max = *duration;
          },
          "how long the worker may take")
      ->default_str("60s");
}

}  // namespace drover::cli
