#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/digest.h"
#include "drift/concept/label_join.h"
#include "monitor/watch.h"

namespace drover::monitor {

/// A window of one of a line's versions.
struct ClosedOf {
  Digest digest;
  bool is_active = false;
  Closed closed;
};

/// Labels that were joined to inferences of one version since it was last asked.
struct Labelled {
  std::uint64_t seen = 0, wrong = 0;
};

/// Watches a model line: the active version, and an earlier one for as long as inferences come from it.
/// Labels are joined to their inferences by id and counted under the inference's version, in the window of
/// their arrival.
class LineWatch {
 public:
  /// `watch` becomes the active version's; the one before goes on until a window without inferences.
  void take_up(const Digest& digest, std::unique_ptr<Watch> watch);
  /// `watch` counts another version's inferences, until a window without any.
  void also(const Digest& digest, std::unique_ptr<Watch> watch);
  [[nodiscard]] const std::optional<Digest>& active() const { return active_; }
  /// Null when it is not watched.
  [[nodiscard]] Watch* watch(const Digest& digest);
  [[nodiscard]] const Watch* watch(const Digest& digest) const;

  /// Windows whose time is over. Before add().
  std::vector<ClosedOf> tick(std::int64_t now_ms);
  /// Those of all versions but the active one, before the agent stops.
  std::vector<ClosedOf> finish_others();
  [[nodiscard]] std::optional<std::int64_t> due_ms() const;

  /// An inference, or a label. A label that comes before its inference (from another lane of the ring) waits
  /// for it through the next drain. False for an inference of a version that is not watched: it is not
  /// counted.
  bool add(const ring::Record& record);
  /// Tries the labels again that came before their inference. After each drain.
  void drained();
  /// Records lost, whosever they were: told in the active version's window.
  void add_losses(std::uint64_t dropped, std::uint64_t bad);
  void add_death(const Digest& digest);
  /// By version, since last asked.
  std::map<Digest, Labelled> take_labelled() { return std::exchange(labelled_, {}); }
  /// Labels for inferences that nobody remembers.
  [[nodiscard]] std::uint64_t labels_unknown() const { return labels_unknown_; }

  /// The inferences that labels can still be joined to: "LINE" version 1, docs/formats/device.md.
  [[nodiscard]] Bytes save_labels() const;
  /// Before the first add(). Errors: bad_state, too_large, unsupported; then nothing is remembered.
  Status restore_labels(ByteView saved);

 private:
  static constexpr std::size_t kEarlyMax = 4096;  // labels that wait
  struct Early {
    std::uint64_t id = 0;
    std::uint32_t truth = 0;
    bool waited = false;
  };
  void add_label(const ring::Record& record);
  bool join(std::uint64_t id, std::uint32_t truth);

  std::optional<Digest> active_;
  std::map<Digest, std::unique_ptr<Watch>> watches_;
  std::vector<Digest> versions_;  // by the number under which LabelJoin knows them
  drift::LabelJoin labels_;
  std::deque<Early> early_;
  std::map<Digest, Labelled> labelled_;
  std::uint64_t labels_unknown_ = 0;
};

}  // namespace drover::monitor
