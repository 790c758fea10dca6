#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "policy/place.h"

namespace drover::policy {

/// [retrain]: how a retraining is asked for, by a command or a URL, and how often. Whether it is time stands
/// in retrain_budget.h.
struct Retrain {
  std::vector<std::string> command = {};  // program and arguments; kEvidence stands for the evidence's file
  std::string url = {};                   // to which the evidence is posted
  std::chrono::milliseconds debounce = std::chrono::hours(1);  // at most one in so long
  std::uint64_t daily_budget = 3;                              // at most so many in any 24 hours
  Place at = {};

  bool operator==(const Retrain&) const = default;
};

inline constexpr std::string_view kEvidence = "{evidence}";
inline constexpr std::uint64_t kDailyBudgetMax = 100;

/// Whether evidence may be posted there: https, or http to this very machine.
bool is_url_for_evidence(std::string_view url);

}  // namespace drover::policy
