#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "agent/device_store.h"
#include "agent/part.h"
#include "base/clock.h"
#include "base/digest.h"
#include "fs/file_system.h"
#include "lifecycle/probation.h"
#include "lifecycle/requalification.h"
#include "lifecycle/retry.h"
#include "lifecycle/transitions.h"
#include "lifecycle/trusted_time.h"
#include "lifecycle/variant.h"

namespace drover::agent {

/// Whether an update waits for the work, or it is to leave the machine to others.
enum class Haste : std::uint8_t { update, none };

/// What the update engine needs done by others. Each call starts something and returns at once; the answer is
/// a call of the Updater, later or from inside. At most one of check, download, unpack, inspect and
/// smoke_test is under way.
class Hands {
 public:
  virtual ~Hands() = default;
  /// Refresh the signed metadata, then Updater::offer(), interrupted() or failed().
  virtual void check(const ModelName& model, const lifecycle::Assignment& assignment) = 0;
  /// Fetch the bundle into `part` through a PartFile, which goes on where an earlier try ended; then
  /// downloaded(), interrupted() or failed().
  virtual void download(const ModelName& model, const lifecycle::Target& target, const fs::Path& part) = 0;
  /// Unpack the bundle in `part` into a directory that is not there yet, durably, as unpack_bundle() does;
  /// then unpacked(), interrupted() (it could not begin) or failed().
  virtual void unpack(const ModelName& model, const fs::Path& part, const fs::Path& into) = 0;
  /// Read the files of a version through and compare them with their SHA-256, the manifest's own among them
  /// where it is known: check_files(); then inspected().
  virtual void inspect(const ModelName& model, const fs::Path& version_directory,
                       const std::optional<Digest>& manifest) = 0;
  /// Run the golden samples of an unpacked bundle in the worker; then smoke_passed(), interrupted() (the
  /// worker could not be started) or failed().
  virtual void smoke_test(const ModelName& model, const fs::Path& version_directory, Haste haste) = 0;
  /// Drop what is under way; its answer is not wanted any more.
  virtual void cancel(const ModelName& model) = 0;
  /// `active` names another version now.
  virtual void active_changed(const ModelName& model, const lifecycle::Installed& active) = 0;
  /// The record is durable and says this. Called at every step and at start: keep the newest until delivered.
  virtual void report(const ModelName& model, const lifecycle::Report& report) = 0;
};

/// What the signed metadata offer, and what they say about time.
struct Offer {
  std::vector<lifecycle::Candidate> candidates;  // of all versions or of the assigned one
  lifecycle::TimeBounds time;
};

struct UpdaterOptions {
  lifecycle::DeviceProperties device;
  lifecycle::RetryLimits retry;  // of one step
  lifecycle::RetryLimits rounds{.first = std::chrono::minutes(1),
                                .longest = std::chrono::hours(24)};  // of all
  std::size_t keep = 3;  // versions on the disk, the active one among them
  std::chrono::milliseconds requalify_every = std::chrono::hours(24);  // a tenth earlier or later
  std::uint64_t disk_reserve_bytes = std::uint64_t{16} << 20;          // left free by an update
  /// MiB that a model which asks for so many may take now.
  std::function<std::uint64_t(std::uint64_t asked_mb)> memory_mb_max = [](std::uint64_t) {
    return UINT64_MAX;
  };
  /// In [0, 1), for the waits between tries.
  std::function<double()> jitter = [] { return 0.5; };
};

/// Carries one model through its updates: every event goes through lifecycle/transitions.h, the new state is
/// durable before its work begins, and the work is done by pump() in steps that do not block for long, or by
/// the Hands.
class Updater : public Part {
 public:
  Updater(ModelName model, DeviceStore& store, Hands& hands, const Clock& clock, UpdaterOptions options);
  ~Updater() override;

  /// Takes up what DeviceStore::open() found.
  void start();

  /// What the shadow or the channel says, as often as it is heard: only news begins an update, or a failure
  /// that is worth another round when its time has come.
  void assign(const lifecycle::Assignment& assignment);

  // Answers of the Hands.
  void offer(const Offer& offer);
  void downloaded();
  void unpacked();
  /// The SHA-256 of the version's manifest, or in what way it is damaged.
  void inspected(const Result<Digest>& manifest);
  void smoke_passed();
  void interrupted(
      const Error& error);          // may go well soon: tried again after a while, a bounded number of times
  void failed(const Error& error);  // ends this update

  /// What ended for the clock's sake need not wait for its next round.
  void clock_is_right();
  /// What the golden samples' outcome depends on; before the first call nothing is qualified again.
  void runs_under(lifecycle::Environment environment);

  /// Inferences (or crashes, with samples 0) of the version with this digest.
  void observe(const Digest& digest, const lifecycle::Counts& counts);

  // What watching tells and asks for.
  /// A detector of drift alarmed on this version.
  void alarmed(const Digest& digest, const std::string& why);
  /// Takes the active version back to the newest that may take its place, and quarantines it. Errors:
  /// not_found when none may: it runs on; conflict while an update is under way, which may be the remedy.
  Status take_back(const lifecycle::Failure& why);
  /// While held, the version is not committed and no other one is taken up.
  void hold(bool is_held);

  // What a person on the device may ask.
  /// To `version`, or to the previous one. Errors: not_found when it is not kept, conflict when a switch is
  /// under way.
  Status roll_back(const std::optional<Version>& version = std::nullopt);
  /// A pinned device refuses every other version until unpinned.
  Status pin(bool pinned);
  /// Errors: not_found.
  Status clear_quarantine(const Digest& digest);

  [[nodiscard]] Monotonic due() const override;
  void pump() override;

  [[nodiscard]] const ModelName& model() const { return model_; }
  [[nodiscard]] const lifecycle::Record& record() const { return record_; }
  [[nodiscard]] lifecycle::Report report() const { return lifecycle::report_of(record_); }

 private:
  using Change = std::function<void(lifecycle::Record&)>;
  class Hashing;
  struct Look;

  /// The table's answer to `event`; false when it refuses.
  bool handle(lifecycle::Event event, const Change& change = {});
  void enter(lifecycle::State state, lifecycle::Event event, const Change& change);
  void tell(const lifecycle::Report& now_said);
  void rest_until_next_round();
  [[nodiscard]] bool may_try_again() const;
  void not_saved(const Error& error, const lifecycle::Record& wanted);
  void drop(const Error& error, const lifecycle::Record& wanted);
  bool write(lifecycle::Record next);
  void end_with(const Error& error);
  void give_up(lifecycle::Record& next, const Error& error, lifecycle::State during);

  Status examine(const Offer& offer, std::optional<lifecycle::Target>& target, lifecycle::Event& event);
  Status examine_mending(const Offer& offer, std::optional<lifecycle::Target>& target) const;
  Status check_space(const lifecycle::Target& target) const;
  [[nodiscard]] Status check_memory(const lifecycle::Candidate& chosen) const;

  void work();
  void verify();
  void unpack();
  void drop_staged();
  void prune();
  void swap();
  void commit();
  void restore();
  void finish();
  void take_up_pending();
  [[nodiscard]] lifecycle::Assignment sought() const;
  [[nodiscard]] bool mends_target() const;
  void judge();
  void count_time();

  [[nodiscard]] Monotonic work_due() const;
  [[nodiscard]] Monotonic fitness_due() const;
  void look_after();
  void wait_before_next_mend();
  void look(lifecycle::Cause cause);
  void inspect(const lifecycle::Installed& version);
  void looked(const std::optional<Error>& samples);
  void look_again();
  void condemn();
  void replace(lifecycle::Failure why);
  void next_candidate();
  void unfit_candidate(const Error& why);
  void take_candidate();
  void end_look();
  void note_looked();
  void remember(const Change& change);
  [[nodiscard]] UnixTime now() const { return clock_.now(); }

  ModelName model_;
  DeviceStore& store_;
  Hands& hands_;
  const Clock& clock_;
  UpdaterOptions options_;
  lifecycle::Record record_;
  bool work_due_ = false;
  bool held_ = false;
  std::optional<Monotonic> retry_at_;
  std::optional<lifecycle::Report> told_;
  std::optional<Monotonic> next_round_;
  std::optional<Error> interruption_;
  std::unique_ptr<Hashing> hashing_;
  std::optional<policy::Policy> policy_;
  lifecycle::Environment environment_;
  std::string fingerprint_;
  lifecycle::Watch watch_;
  std::unique_ptr<Look> look_;
  Monotonic counted_until_{0};
  std::uint64_t saved_elapsed_ms_ = 0;
};

}  // namespace drover::agent
