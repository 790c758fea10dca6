#include <cstdio>
#include <iostream>
#include <iterator>

#include "base/canonical_json.h"
#include "cli/commands.h"
#include "fs/file_system.h"
#include "monitor/verdict.h"

namespace drover::cli {
namespace {

constexpr std::uint64_t kVerdictBytesMax = std::uint64_t{4} << 20;

Result<std::string> read(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  const Bytes bytes = DROVER_TRY(fs::read_file(fs::real_file_system(), path, kVerdictBytesMax));
  return std::string(as_text(bytes));
}

/// The verdict itself, or what carries it: an alert, or the list that `drover alerts --json` prints, of which
/// the first with a verdict counts.
Result<nlohmann::json> verdict_of(nlohmann::json document) {
  if (document.is_object() && document.contains("alerts")) document = nlohmann::json(document["alerts"]);
  if (document.is_array())
    for (const auto& each : document)
      if (each.is_object() && each.contains("verdict")) return each["verdict"];
  if (document.is_object() && document.contains("verdict")) return nlohmann::json(document["verdict"]);
  if (document.is_object()) return document;
  return fail(Code::bad_json, "holds no verdict: an alert, or its \"verdict\", is expected");
}

Result<Answer> run(const std::string& path) {
  const std::string text = DROVER_TRY(read(path));
  auto document = DROVER_TRY(parse_json(text, {.bytes_max = kVerdictBytesMax}).in(path));
  const auto verdict = DROVER_TRY(verdict_of(std::move(document)).in(path));
  const monitor::Explained explained = DROVER_TRY(monitor::explain(verdict).in(path));
  if (!explained.same)
    return fail(Code::bad_state, path + ": the numbers do not make this decision: " + explained.text);
  return Answer{
      .json = {{"same", true}, {"text", explained.text}, {"made", nlohmann::ordered_json(explained.made)}},
      .text = explained.text + "\nmade again from its numbers: the same, to the bit\n"};
}

}  // namespace

void add_drift_explain(CLI::App& drift, Context& context) {
  auto path = std::make_shared<std::string>();
  CLI::App* verb = drift.add_subcommand("explain",
                                        "Makes the decision of an alert again from the numbers that were "
                                        "stored with it, and says what they are.\n"
                                        "Fails when they do not make it.");
  verb->add_option("verdict", *path,
                   "VERDICT.json, or an alert of `drover alerts --json`; - is the standard input")
      ->required();
  on_run(verb, context, [path] { return run(*path); });
}

}  // namespace drover::cli
