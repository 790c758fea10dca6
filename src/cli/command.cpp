#include "cli/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/settings.h"

namespace drover::cli {
namespace {

/// On stderr as this program speaks: a line for people, or of the log where that is JSON.
void tell(const Error& error, log::Format format) {
  if (format == log::Format::json)
    log::error(error.text(), {{"code", std::string(name(error.code))}});
  else
    fmt::print(stderr, "drover: {} [{}]\n", error.text(), name(error.code));
}

/// A document for people to read, or one that fits its line.
void print(const nlohmann::ordered_json& document, JsonForm form) {
  const int indent = form == JsonForm::document ? 2 : -1;
  fmt::print("{}\n", document.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace));
}

void show_error(const Error& error, const Context& context, JsonForm form, log::Format format) {
  if (context.json) {
    const nlohmann::ordered_json document = {
        {"error",
         {{"code", name(error.code)}, {"category", name(error.category())}, {"message", error.text()}}}};
    print(document, form);
  }
  tell(error, format);
}

/// Runs `work` with the settings in force.
Result<Answer> run(const Context& context, log::Format& format, const std::function<Result<Answer>()>& work) {
  DROVER_TRY(load_settings(context.config));
  format = DROVER_TRY(log_format(context.log_format));
  log::start("drover", format, log::Level::warn);
  return work();
}

}  // namespace

void add_common_options(CLI::App* app, Context& context) {
  app->add_option("--config", context.config,
                  "Settings in TOML, for what neither a flag nor the environment says (environment: "
                  "DROVER_CONFIG)");
  app->add_option("--log-format", context.log_format,
                  "Form of what is said on stderr: text or json (environment: DROVER_LOG_FORMAT)")
      ->check(CLI::IsMember({"text", "json"}));
}

void on_run(CLI::App* verb, Context& context, std::function<Result<Answer>()> work, JsonForm form) {
  verb->add_flag("--json", context.json,
                 form == JsonForm::document ? "Answer with one JSON document on stdout"
                                            : "Answer with a JSON document a line on stdout, errors too");
  add_common_options(verb, context);
  verb->callback([&context, work = std::move(work), form] {
    log::Format format = log::Format::text;
    const Result<Answer> answer = run(context, format, work);
    if (!answer) {
      show_error(answer.error(), context, form, format);
      context.exit_code = answer.error().code == Code::invalid_argument ? 2 : 1;
      return;
    }
    if (context.json && answer->json.is_null()) return;
    if (context.json)
      print(answer->json, form);
    else if (!answer->text.empty())
      fmt::print("{}{}", answer->text, answer->text.ends_with('\n') ? "" : "\n");
  });
}

CLI::App* noun(CLI::App& program, const std::string& name, const std::string& about) {
  const auto known = program.get_subcommands([&](const CLI::App* app) { return app->get_name() == name; });
  if (!known.empty()) return known.front();
  CLI::App* made = program.add_subcommand(name, about);
  made->require_subcommand(1);
  return made;
}

Progress::Progress(std::string label, std::uint64_t total)
    : label_(std::move(label)), total_(total), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (terminal_ && shown_percent_ >= 0) fmt::print(stderr, "\n");
}

void Progress::set(std::uint64_t done) {
  const int percent = total_ == 0 ? 100 : static_cast<int>(done * 100 / total_);
  if (!terminal_ || percent == shown_percent_) return;
  shown_percent_ = percent;
  fmt::print(stderr, "\r{} [{:<25}] {:3}%", label_, std::string(static_cast<std::size_t>(percent) / 4, '#'),
             percent);
  std::fflush(stderr);
}

}  // namespace drover::cli
