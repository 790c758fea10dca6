#include "agent/control_request.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

namespace drover::agent {
namespace {

using nlohmann::json;
using Verb = ControlRequest::Verb;

constexpr std::pair<std::string_view, Verb> kVerbs[] = {
    {"status", Verb::status}, {"history", Verb::history}, {"rollback", Verb::rollback},
    {"pin", Verb::pin},       {"unpin", Verb::unpin},     {"clear-quarantine", Verb::clear_quarantine}};

Result<std::string> text_in(const json& document, const char* key) {
  const auto found = document.find(key);
  if (found == document.end() || !found->is_string() || found->get<std::string>().empty())
    return fail(Code::invalid_argument, fmt::format("the request lacks \"{}\"", key));
  return found->get<std::string>();
}

Result<Verb> verb_named(const std::string& name) {
  const auto* found = std::ranges::find(kVerbs, name, &std::pair<std::string_view, Verb>::first);
  if (found == std::end(kVerbs))
    return fail(Code::invalid_argument, fmt::format("\"{}\" is no verb of the agent", name.substr(0, 40)));
  return found->second;
}

}  // namespace

Result<ControlRequest> read_control_request(const json& document) {
  if (!document.is_object()) return fail(Code::bad_json, "a request is an object with \"verb\"");
  const std::string verb = DROVER_TRY(text_in(document, "verb"));
  ControlRequest request{.verb = DROVER_TRY(verb_named(verb)), .model = {}, .version = {}, .digest = {}};
  if (request.verb == Verb::status || request.verb == Verb::history) return request;
  if (document.contains("model")) {
    const std::string model = DROVER_TRY(text_in(document, "model"));
    request.model = DROVER_TRY(ModelName::parse(model));
  }
  if (request.verb == Verb::rollback && document.contains("version")) {
    const std::string version = DROVER_TRY(text_in(document, "version"));
    request.version = DROVER_TRY(Version::parse(version));
  }
  if (request.verb == Verb::clear_quarantine) {
    const std::string hex = DROVER_TRY(text_in(document, "digest"));
    request.digest = DROVER_TRY(parse_digest(hex));
  }
  return request;
}

}  // namespace drover::agent
