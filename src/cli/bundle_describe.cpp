#include "cli/bundle_describe.h"

#include <fmt/format.h>

#include "cli/model_inspect.h"
#include "cli/temporary_directory.h"

namespace drover::cli {
namespace {

using nlohmann::ordered_json;

/// The manifest without what the model's own report says better.
ordered_json manifest_json(const bundle::Manifest& manifest) {
  ordered_json json = ordered_json::parse(bundle::to_json(manifest));
  for (const char* key : {"schema", "name", "version", "variant", "created", "inputs", "outputs"})
    json.erase(key);
  return json;
}

std::string list(const std::map<std::string, std::string>& pairs) {
  std::string text;
  for (const auto& [key, value] : pairs) text += fmt::format("{}{}={}", text.empty() ? "" : ", ", key, value);
  return text;
}

std::string manifest_text(const bundle::Manifest& manifest) {
  std::string text;
  const auto line = [&](std::string_view heading, const std::string& value) {
    if (!value.empty()) text += fmt::format("{:<12}{}\n", heading, value);
  };
  line("notes", manifest.notes);
  line("labels", fmt::format("{}", fmt::join(manifest.labels, ", ")));
  line("requires", list(manifest.requirements));
  line("samples",
       manifest.samples == bundle::Samples::images ? "raw images, preprocessed by the manifest" : "");
  if (manifest.limits.latency_ms_max) line("limit", fmt::format("{} ms", *manifest.limits.latency_ms_max));
  if (manifest.limits.memory_mb_max) line("limit", fmt::format("{} MiB", *manifest.limits.memory_mb_max));
  for (const auto& [path, member] : manifest.members)
    line("member", fmt::format("{:<22}{:>10}  {}", path, member.size, member.sha256.hex().substr(0, 16)));
  return text;
}

}  // namespace

ordered_json facts_json(const BundleFacts& facts) {
  const bundle::Manifest& manifest = facts.manifest;
  return {{"name", manifest.name.str()}, {"version", manifest.version.str()},
          {"variant", manifest.variant}, {"digest", facts.digest.hex()},
          {"size", facts.size},          {"created", format_time(manifest.created)}};
}

std::string facts_text(const BundleFacts& facts) {
  return fmt::format("{:<12}{}\n{:<12}{} bytes, created {}\n", "digest", facts.digest.hex(), "size",
                     facts.size, format_time(facts.manifest.created));
}

Result<Answer> inspect_bundle(const std::string& path, const bundle::WorkerOptions& options) {
  const TemporaryDirectory work = DROVER_TRY(TemporaryDirectory::make());
  const BundleFacts facts = DROVER_TRY(unpack_bundle(path, work.file("bundle")));
  auto report = inspect_model(work.file("bundle/" + std::string(bundle::kModelPath)), options);
  if (!report) return fail(Error{report.error().code, report.error().message, path});
  Answer answer = describe(*report);
  answer.json["bundle"] = facts_json(facts);
  answer.json["bundle"].update(manifest_json(facts.manifest));
  answer.text = fmt::format("{:<12}{}\n", "bundle", facts.manifest.title()) + facts_text(facts) +
                manifest_text(facts.manifest) + answer.text;
  return answer;
}

}  // namespace drover::cli
