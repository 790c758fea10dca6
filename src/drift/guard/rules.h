#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "drift/guard/bets.h"

/// One-sided rules of probation beside the update guard: latency, confidence, and the plain rules that people
/// know. Those marked *plain* have no bound on how often they are wrong in the end.
///
/// Each saves itself and goes on from what it saved: `kLetters` version 1 of docs/formats/detector.md.
/// restore() takes the state of a rule with the same settings, or refuses it (bad_state, unsupported) and
/// stays as it is.
namespace drover::drift {

/// Is the new version slower? Bets on y − 0.05 with y = 1 for a latency above 1.1 times the old version's
/// 95th percentile: while such are at most 5 %, P(ever alarmed) ≤ α (bets.h). The percentile is taken as
/// known; the factor 1.1 is the slack for its own error and for harmless change.
class LatencyGuard {
 public:
  static constexpr double kSlack = 1.1, kShare = 0.05;
  LatencyGuard(double old_p95, double alpha) : limit_(kSlack * old_p95), alpha_(alpha), bets_(kShare) {}
  /// True when the evidence has reached 1/α; stays so.
  bool update(double latency) {
    bets_.update((latency > limit_ ? 1.0 : 0.0) - kShare);
    alarm_ |= reached();
    return alarm_ != 0;
  }
  [[nodiscard]] double evidence() const { return bets_.value(); }

  [[nodiscard]] Bytes checkpoint() const;
  Status restore(ByteView state);
  static constexpr std::string_view kLetters = "LATG";
  void each_setting(this auto& self, auto visit) { visit(self.limit_), visit(self.alpha_); }
  void each_field(this auto& self, auto visit) { self.bets_.each_field(visit), visit(self.alarm_); }
  [[nodiscard]] bool holds() const { return bets_.holds() && alarm_ <= 1 && (alarm_ == 1 || !reached()); }

 private:
  [[nodiscard]] bool reached() const { return bets_.value() >= 1 / alpha_; }

  double limit_, alpha_;
  Bets<12> bets_;
  std::uint8_t alarm_ = 0;
};

/// Is the mean confidence below `level`? Bets on level − confidence: while E[confidence | past] ≥ level,
/// P(ever alarmed) ≤ α. Confidence is clamped to [0, 1]; NaN counts as 0.
class ConfidenceGuard {
 public:
  explicit ConfidenceGuard(double alpha, double level = 0.75)
      : alpha_(alpha), level_(level), bets_(1 - level) {}
  bool update(double confidence) {
    const double inside = confidence > 0 ? (confidence < 1 ? confidence : 1) : 0;
    bets_.update(level_ - inside);
    alarm_ |= reached();
    return alarm_ != 0;
  }
  [[nodiscard]] double evidence() const { return bets_.value(); }

  [[nodiscard]] Bytes checkpoint() const;
  Status restore(ByteView state);
  static constexpr std::string_view kLetters = "CNFG";
  void each_setting(this auto& self, auto visit) { visit(self.alpha_), visit(self.level_); }
  void each_field(this auto& self, auto visit) { self.bets_.each_field(visit), visit(self.alarm_); }
  [[nodiscard]] bool holds() const { return bets_.holds() && alarm_ <= 1 && (alarm_ == 1 || !reached()); }

 private:
  [[nodiscard]] bool reached() const { return bets_.value() >= 1 / alpha_; }

  double alpha_, level_;
  Bets<12> bets_;
  std::uint8_t alarm_ = 0;
};

/// *Plain*: mean confidence below a level in each of so many windows in a row. Windows without inferences
/// break no row and make none.
class LowConfidenceRule {
 public:
  explicit LowConfidenceRule(double level = 0.75, std::uint32_t windows = 5)
      : level_(level), windows_(windows) {}
  /// A window's end. True when the row is full.
  bool window(double mean, std::uint64_t count) {
    if (count > 0) row_ = mean < level_ ? row_ + 1 : 0;
    return row_ >= windows_;
  }

  [[nodiscard]] Bytes checkpoint() const;
  Status restore(ByteView state);
  static constexpr std::string_view kLetters = "LOWC";
  void each_setting(this auto& self, auto visit) { visit(self.level_), visit(self.windows_); }
  void each_field(this auto& self, auto visit) { visit(self.row_); }
  [[nodiscard]] bool holds() const { return true; }

 private:
  double level_;
  std::uint32_t windows_, row_ = 0;
};

/// *Plain*, and known to be wrong: errors since the update above (1 + μ) times the rate before, looked at
/// every `every` inferences. It takes back an unchanged model with 5 % errors in 69 % of runs of 10 000,
/// because it looks again and again at a share that wanders. Offered because it is what people compare with;
/// it must be shown under its label.
class NaiveRule {
 public:
  static constexpr const char* kLabel = "naive: no bound on false roll-backs";
  NaiveRule(double rate_before, double margin, std::uint64_t every = 100)
      : limit_((1 + margin) * rate_before), every_(every) {}
  bool update(bool error) {
    errors_ += error;
    ++count_;
    if (count_ % every_ == 0 && static_cast<double>(errors_) > limit_ * static_cast<double>(count_))
      roll_back_ = 1;
    return roll_back_ != 0;
  }

  [[nodiscard]] Bytes checkpoint() const;
  Status restore(ByteView state);
  static constexpr std::string_view kLetters = "NAIV";
  void each_setting(this auto& self, auto visit) { visit(self.limit_), visit(self.every_); }
  void each_field(this auto& self, auto visit) {
    visit(self.errors_), visit(self.count_), visit(self.roll_back_);
  }
  [[nodiscard]] bool holds() const {
    return errors_ <= count_ && count_ <= std::uint64_t{1} << 53 && roll_back_ <= 1;
  }

 private:
  double limit_;
  std::uint64_t every_, errors_ = 0, count_ = 0;
  std::uint8_t roll_back_ = 0;
};

}  // namespace drover::drift
