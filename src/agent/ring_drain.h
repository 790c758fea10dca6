#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/inference_tally.h"
#include "agent/part.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "ring/reader.h"

namespace drover::agent {

/// Who wants to know of each record.
class RingListener {
 public:
  virtual ~RingListener() = default;
  /// An inference or a label; the ring's own check of it passed.
  virtual void record(const ModelName& model, const ring::Record& record) = 0;
  /// A drain is over, in which so many records were found lost.
  virtual void drained(const ModelName& model, std::uint64_t dropped, std::uint64_t bad) = 0;
  /// An application that had taken up this version went without a goodbye.
  virtual void death(const ModelName& model, const Digest& digest) = 0;
};

/// Owns the rings of the run directory, empties them now and then, and keeps the sums that probation and
/// reports ask for. The sums begin with the agent; who needs more stores them.
class RingDrain : public Part {
 public:
  RingDrain(std::filesystem::path run_dir, Clock& clock,
            std::chrono::milliseconds every = std::chrono::milliseconds(500));

  /// One listener more, which outlives it.
  void tell(RingListener& listener) { listeners_.push_back(&listener); }

  /// Makes or reopens the ring of a model line; again for the same name is nothing.
  Status follow(const ModelName& model);

  [[nodiscard]] Monotonic due() const override { return due_; }
  /// Drains every ring if it is time; drain() does so at once.
  void pump() override;
  void drain();

  /// What is known of a model line; all empty for one that is not followed.
  struct Model {
    ModelTally tally;
    std::uint64_t dropped = 0;  // records that writers dropped
    std::uint64_t bad = 0;      // records that were nonsense
    std::uint64_t deaths = 0;   // applications that went without a goodbye, of whatever version
  };
  [[nodiscard]] const Model& model(const ModelName& name) const;
  /// The processes that hold a lane now, with the version each says it runs.
  [[nodiscard]] std::vector<ring::Writing> writers(const ModelName& name) const;

 private:
  struct Followed {
    ring::Mapping mapping;
    ring::Reader reader;
    Model model;
  };
  [[nodiscard]] std::filesystem::path path_of(const ModelName& model) const;
  void drain(const ModelName& name, Followed& followed);
  void mourn(const ModelName& name, Model& model, const Digest& digest);

  std::vector<RingListener*> listeners_;
  std::filesystem::path run_dir_;
  Clock& clock_;
  std::chrono::milliseconds every_;
  Monotonic due_{0};
  std::map<ModelName, Followed> followed_;
};

}  // namespace drover::agent
