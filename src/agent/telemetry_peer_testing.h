#pragma once

#include <fmt/format.h>

#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "base/seq_ranges.h"

namespace drover::agent {

/// A server's memory of telemetry, as docs/formats/device-api.md has it: an entry is stored once, by epoch
/// and number. It complains when another entry comes under a number that it has.
class TelemetryPeer {
 public:
  using Key = std::pair<std::string, std::uint64_t>;

  /// Stores the request's body; the answer's.
  std::string take(const std::string& body) {
    const auto request = nlohmann::json::parse(body);
    newest_.clear();
    nlohmann::json acked = nlohmann::json::array();
    for (nlohmann::json entry : request.at("entries")) {
      const Key key{request.at("epoch"), entry.at("seq")};
      acked.push_back({key.second, key.second});
      entry.erase("seq");
      const auto [stored, is_new] = stored_.emplace(key, entry);
      if (stored->second != entry)
        wrong_ =
            fmt::format("{}/{} is {} and {}", key.first, key.second, stored->second.dump(), entry.dump());
      if (is_new) newest_.push_back(entry);
    }
    auto& lost = lost_[request.at("epoch")];
    lost = united(lost, request.at("lost").get<SeqRanges>());
    return nlohmann::json{{"acked", acked}}.dump();
  }

  [[nodiscard]] const std::map<Key, nlohmann::json>& stored() const { return stored_; }
  /// What the last request brought that was new.
  [[nodiscard]] const std::vector<nlohmann::json>& newest() const { return newest_; }
  /// How many numbers it was told as lost and does not have.
  [[nodiscard]] std::uint64_t lost() const {
    std::uint64_t lost = 0;
    for (const auto& [epoch, ranges] : lost_)
      for (const auto& [first, last] : ranges)
        for (std::uint64_t seq = first; seq <= last; ++seq) lost += stored_.contains({epoch, seq}) ? 0 : 1;
    return lost;
  }
  /// How many numbers it was told as lost, whether it has them or not.
  [[nodiscard]] std::uint64_t told() const {
    std::uint64_t told = 0;
    for (const auto& [epoch, ranges] : lost_) told += count(ranges);
    return told;
  }
  /// How often each entry is there that has this member, by its value.
  [[nodiscard]] std::map<int, int> times(const char* member) const {
    std::map<int, int> times;
    for (const auto& [key, entry] : stored_)
      if (entry.contains(member)) ++times[entry.at(member).get<int>()];
    return times;
  }
  [[nodiscard]] const std::string& wrong() const { return wrong_; }

 private:
  std::map<Key, nlohmann::json> stored_;
  std::map<std::string, SeqRanges> lost_;
  std::vector<nlohmann::json> newest_;
  std::string wrong_;
};

}  // namespace drover::agent
