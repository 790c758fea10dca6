#include "agent/meant_model.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

namespace drover::agent {
namespace {

std::string list(const std::vector<ModelName>& models) {
  std::string text;
  for (const ModelName& model : models) text += (text.empty() ? "" : ", ") + model.str();
  return text.empty() ? "none" : text;
}

}  // namespace

Result<ModelName> meant_model(const nlohmann::json& request, const std::vector<ModelName>& here) {
  const auto named = request.find("model");
  if (named == request.end()) {
    if (here.size() == 1) return here.front();
    return fail(Code::invalid_argument,
                fmt::format("name a model (--model); on this device: {}", list(here)));
  }
  if (!named->is_string()) return fail(Code::invalid_argument, "\"model\" is not a text");
  const ModelName model = DROVER_TRY(ModelName::parse(named->get<std::string>()));
  if (std::ranges::find(here, model) != here.end()) return model;
  return fail(Code::not_found,
              fmt::format("no model {} on this device; on this device: {}", model.str(), list(here)));
}

}  // namespace drover::agent
