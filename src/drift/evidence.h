#pragma once

#include <memory>
#include <vector>

#include "drift/detector.h"

/// What an alarm rests on, kept so that anybody can replay it to the same bits: the detector by name and
/// settings, a checkpoint from before, and what it took since. docs/formats/evidence.md has the bytes.
namespace drover::drift {

struct Evidence {
  static constexpr std::uint32_t kVersion = 1;
  static constexpr std::size_t kBytesMax = std::size_t{1} << 20;
  std::string detector;
  DetectorKind::Values settings;     // as given: those not named are the standard ones
  Bytes checkpoint;                  // before the first observation
  std::vector<double> observations;  // as Detector::observe gives them; the last one alarms
  Alarm alarm;
  bool operator==(const Evidence&) const = default;
};

Bytes to_bytes(const Evidence& evidence);
/// Errors: bad_state, unsupported for a newer version, too_large beyond kBytesMax, not_found for a detector
/// that this build does not have.
Result<Evidence> parse_evidence(ByteView bytes);

/// The alarm made again from the checkpoint and the observations, over the same reference. Errors: as
/// make_detector and restore; bad_state when the alarm does not come at the last observation, or is not the
/// recorded one to the bit.
Result<Alarm> replay(const Evidence& evidence, const Reference& reference);

/// A detector that remembers what its next alarm will rest on: a checkpoint and the observations since, at
/// least the last kSpan of them (or all since it was made, restored or alarmed), at most 2·kSpan. Its
/// checkpoint is the inner detector's; what was remembered is not in it.
class Recorder : public Detector {
 public:
  static constexpr std::size_t kSpan = 1024;

  /// Errors: as make_detector.
  static Result<std::unique_ptr<Recorder>> make(std::string_view name, const DetectorKind::Values& settings,
                                                const Reference& reference);

  double observe(double value) override { return inner_->observe(value); }
  std::optional<Alarm> take(double observed) override;
  void restart() override;
  [[nodiscard]] std::optional<Standing> standing() const override { return inner_->standing(); }
  [[nodiscard]] Bytes checkpoint() const override { return inner_->checkpoint(); }
  Result<void> restore(ByteView state) override;

  /// Of the last alarm; empty before the first.
  [[nodiscard]] const std::optional<Evidence>& evidence() const { return evidence_; }

 private:
  struct Span {
    Bytes checkpoint;
    std::vector<double> observations;
  };
  Recorder(std::string_view name, const DetectorKind::Values& settings, std::unique_ptr<Detector> inner)
      : name_(name), settings_(settings), inner_(std::move(inner)) {}
  void forget();
  [[nodiscard]] Evidence gather(const Alarm& alarm) const;

  std::string name_;
  DetectorKind::Values settings_;
  std::unique_ptr<Detector> inner_;
  Span older_, newer_;  // `older_` has kSpan observations, or no checkpoint
  std::optional<Evidence> evidence_;
};

}  // namespace drover::drift
