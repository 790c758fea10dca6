#include "agent/meant_model.h"

#include <fmt/format.h>

#include <algorithm>

namespace drover::agent {
namespace {

std::string list(const std::vector<ModelName>& models) {
  std::string text;
  for (const ModelName& model : models) text += (text.empty() ? "" : ", ") + model.str();
  return text.empty() ? "none" : text;
}

}  // namespace

Result<ModelName> meant_model(const std::optional<ModelName>& named, const std::vector<ModelName>& here) {
  if (!named) {
    if (here.size() == 1) return here.front();
    return fail(Code::invalid_argument,
                fmt::format("name a model (--model); on this device: {}", list(here)));
  }
  if (std::ranges::find(here, *named) != here.end()) return *named;
  return fail(Code::not_found,
              fmt::format("no model {} on this device; on this device: {}", named->str(), list(here)));
}

}  // namespace drover::agent
