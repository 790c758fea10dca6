#include <array>

#include "policy/read_parts.h"
#include "policy/toml_option.h"

namespace drover::policy {
namespace {

constexpr std::size_t kArgumentsMax = 64, kArgumentBytesMax = 4096, kUrlBytesMax = 2048;

Status read_command(const toml::node& node, Retrain& into) {
  for (PlacedText& each :
       DROVER_TRY(read_texts(node, "command", R"(["/usr/local/bin/retrain", "{evidence}"])", kArgumentsMax,
                             kArgumentBytesMax))) {
    if (each.text.find('\0') != std::string::npos)
      return bad_at(each.at, "command: no argument of a program holds a character 0");
    into.command.push_back(std::move(each.text));
  }
  return {};
}

Result<std::string> read_url(const toml::node& node, std::string_view key) {
  PlacedText text = DROVER_TRY(read_text(node, key, kUrlBytesMax));
  if (is_url_for_evidence(text.text)) return std::move(text.text);
  return bad_at(text.at,
                fmt::format("{}: https://… is needed, or http:// to localhost, 127.0.0.1 or [::1]", key));
}

const auto& retrain_options() {
  using namespace option;
  static const std::array options = {
      Option<Retrain>{"command", read_command},
      of("url", &Retrain::url, read_url),
      duration("debounce", &Retrain::debounce, std::chrono::milliseconds(0)),
      count("daily_budget", &Retrain::daily_budget, 1, kDailyBudgetMax),
  };
  return options;
}

}  // namespace

Status read_retrain(const toml::node& node, Policy& policy) {
  Retrain retrain{.at = place_of(node)};
  DROVER_TRY(read_table(node, "retrain", retrain_options(), retrain));
  if (retrain.command.empty() == retrain.url.empty())
    return bad_at(retrain.at, "retrain: one of command and url is needed");
  policy.retrain = std::move(retrain);
  return {};
}

}  // namespace drover::policy
