#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tables/csv.h"

/// For tests of this room: files of tests/data.
namespace drover::drift::testing {

inline std::string text_file(const std::string& name) {
  std::ifstream in(std::string(DROVER_SOURCE_DIR "/tests/data/") + name);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

inline nlohmann::json json_file(const std::string& name) { return nlohmann::json::parse(text_file(name)); }

/// A CSV's first column.
inline std::vector<float> column(const std::string& name) {
  const std::string text = text_file(name);
  auto columns = tables::read_columns(as_bytes(text));
  return columns ? columns->front().numbers : std::vector<float>();
}

}  // namespace drover::drift::testing
