#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "agent/background.h"
#include "agent/download.h"
#include "agent/part.h"
#include "agent/refresher.h"
#include "agent/ring_drain.h"
#include "agent/unpack_bundle.h"
#include "agent/updater.h"
#include "agent/worker_run.h"
#include "bundle/worker_client.h"

namespace drover::agent {

/// What the model lines of a device share.
struct LineServices {
  Outside& outside;
  Refresher& refresher;
  bundle::WorkerOptions worker;  // its memory_mb_max: the owner's, or 0
  DownloadLimits download;
  std::function<Status(fs::FileSystem& files, const fs::Path& bundle, const fs::Path& into,
                       const std::stop_token& stop)>
      unpack = unpack_bundle;
  std::function<void(const ModelName& model, const lifecycle::Installed& active)> active_changed;
  std::function<void(const ModelName& model, const lifecycle::Report& report)> report;
  /// A smoke test is about to take memory and time.
  std::function<void()> before_smoke_test = [] {};
};

/// One model on the device: its update engine and the hands that fetch, test and watch for it. Lines know
/// nothing of each other.
class ModelLine : public Part, private Hands {
 public:
  ModelLine(ModelName model, DeviceStore& store, const LineServices& services, UpdaterOptions options);

  void start() { updater_.start(); }
  [[nodiscard]] Updater& updater() { return updater_; }
  [[nodiscard]] const Updater& updater() const { return updater_; }
  /// After each refresh of the metadata.
  void refreshed(const Status& status);
  /// What the ring has shown since the agent began.
  void observe(const RingDrain::Model& seen);
  /// Whether an update or a look at the active version is at work.
  [[nodiscard]] bool is_at_work() const;
  /// Bytes of a download under way.
  [[nodiscard]] std::optional<std::uint64_t> downloaded_bytes() const;

  void descriptors(std::vector<int>& into) const override;
  [[nodiscard]] Monotonic due() const override;
  void pump() override;

 private:
  void check(const ModelName& model, const lifecycle::Assignment& assignment) override;
  void download(const ModelName& model, const lifecycle::Target& target, const fs::Path& part) override;
  void unpack(const ModelName& model, const fs::Path& part, const fs::Path& into) override;
  void inspect(const ModelName& model, const fs::Path& version_directory,
               const std::optional<Digest>& manifest) override;
  void smoke_test(const ModelName& model, const fs::Path& version_directory, Haste haste) override;
  void cancel(const ModelName& model) override;
  void active_changed(const ModelName& model, const lifecycle::Installed& active) override;
  void report(const ModelName& model, const lifecycle::Report& report) override;

  void offer_what_was_found();

  LineServices services_;
  Updater updater_;
  std::optional<lifecycle::Assignment> checking_;
  std::uint64_t answer_from_ = 0;  // the first refresh that began after the check
  std::unique_ptr<Download> download_;
  std::unique_ptr<Background> background_;
  std::unique_ptr<WorkerRun> smoke_run_;
  std::map<Digest, lifecycle::Counts> counted_;  // of the ring's sums, what was passed on
};

}  // namespace drover::agent
