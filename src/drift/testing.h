#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

/// For tests of this room: files of tests/data.
namespace drover::drift::testing {

inline std::string text_file(const std::string& name) {
  std::ifstream in(std::string(DROVER_SOURCE_DIR "/tests/data/") + name);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

inline nlohmann::json json_file(const std::string& name) { return nlohmann::json::parse(text_file(name)); }

/// A CSV of one column under a heading.
inline std::vector<float> column(const std::string& name) {
  std::istringstream lines(text_file(name));
  std::string line;
  std::vector<float> values;
  std::getline(lines, line);
  while (std::getline(lines, line)) values.push_back(std::stof(line));
  return values;
}

}  // namespace drover::drift::testing
