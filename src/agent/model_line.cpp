#include "agent/model_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/check_files.h"
#include "agent/offer.h"
#include "agent/smoke_memory.h"
#include "base/log.h"

namespace drover::agent {

ModelLine::ModelLine(ModelName model, DeviceStore& store, const LineServices& services,
                     UpdaterOptions options)
    : services_(services),
      updater_(std::move(model), store, *this, services.outside.clock, std::move(options)) {}

void ModelLine::descriptors(std::vector<int>& into) const {
  if (background_) background_->descriptors(into);
  if (smoke_run_) smoke_run_->descriptors(into);
}

Monotonic ModelLine::due() const {
  Monotonic due = updater_.due();
  if (download_) due = std::min(due, download_->due());
  if (smoke_run_) due = std::min(due, smoke_run_->due());
  return due;
}

void ModelLine::pump() {
  if (download_) download_->pump();
  if (background_) background_->pump();
  if (smoke_run_) smoke_run_->pump();
  updater_.pump();
}

void ModelLine::check(const ModelName& model, const lifecycle::Assignment& assignment) {
  checking_ = assignment;
  services_.refresher.follow(repo::model_target_path(model, assignment.version, ""));
  answer_from_ = services_.refresher.ask();
}

void ModelLine::refreshed(const Status& status) {
  if (!checking_ || services_.refresher.begun() < answer_from_) return;
  if (status) return offer_what_was_found();
  checking_.reset();
  const Status clock =
      lifecycle::judge_clock(services_.outside.clock.now(), services_.refresher.time_bounds());
  if (status.error().category() == Category::unavailable) return updater_.interrupted(status.error());
  updater_.failed(clock ? status.error() : clock.error());
}

void ModelLine::offer_what_was_found() {
  const auto offer = make_offer(*services_.refresher.found(), updater_.model(), checking_->version,
                                services_.refresher.time_bounds());
  checking_.reset();
  if (!offer) return updater_.failed(offer.error());
  updater_.offer(*offer);
}

void ModelLine::download(const ModelName& model, const lifecycle::Target& target, const fs::Path& part) {
  log::info("downloading",
            {{"model", model.str()}, {"target", target.path}, {"bytes", fmt::to_string(target.length)}});
  download_ = std::make_unique<Download>(
      services_.outside,
      DownloadJob{
          .url = services_.refresher.urls().targets + target.path, .path = part, .length = target.length},
      services_.download, [this](const Status& status) {
        const auto ended = std::move(download_);
        status ? updater_.downloaded() : updater_.failed(status.error());
      });
}

void ModelLine::unpack(const ModelName& /*model*/, const fs::Path& part, const fs::Path& into) {
  auto started = Background::start([&files = services_.outside.files, open = services_.unpack, part, into](
                                       const std::stop_token& stop) { return open(files, part, into, stop); },
                                   [this](const Status& status) {
                                     const auto ended = std::move(background_);
                                     status ? updater_.unpacked() : updater_.failed(status.error());
                                   });
  if (!started) return updater_.interrupted(started.error());
  background_ = std::move(*started);
}

void ModelLine::inspect(const ModelName& /*model*/, const fs::Path& version_directory,
                        const std::optional<Digest>& manifest) {
  const auto found = std::make_shared<Result<Digest>>();
  auto started = Background::start(
      [&files = services_.outside.files, version_directory, manifest,
       found](const std::stop_token& stop) -> Status {
        *found = check_files(files, version_directory, manifest, stop);
        return {};
      },
      [this, found](const Status&) {
        const auto ended = std::move(background_);
        updater_.inspected(*found);
      });
  if (!started) return updater_.interrupted(started.error());
  background_ = std::move(*started);
}

void ModelLine::smoke_test(const ModelName& model, const fs::Path& version_directory, Haste haste) {
  services_.before_smoke_test();
  const bundle::WorkerOptions worker =
      with_memory(services_.worker, services_.outside.files, version_directory);
  auto run = WorkerRun::start(bundle::smoke_command(worker, version_directory), haste,
                              [this](const ProcessResult& result) {
                                smoke_run_.reset();
                                const auto report = bundle::interpret_smoke(result);
                                report ? updater_.smoke_passed() : updater_.failed(report.error());
                              });
  if (!run) return updater_.interrupted(run.error());
  log::info("smoke test begins", {{"model", model.str()},
                                  {"version_directory", version_directory.string()},
                                  {"memory_mb_max", fmt::to_string(worker.memory_mb_max)}});
  smoke_run_ = std::move(*run);
}

void ModelLine::cancel(const ModelName& /*model*/) {
  checking_.reset();
  download_.reset();
  background_.reset();
  smoke_run_.reset();
}

void ModelLine::active_changed(const ModelName& model, const lifecycle::Installed& active) {
  services_.active_changed(model, active);
}

void ModelLine::report(const ModelName& model, const lifecycle::Report& report) {
  services_.report(model, report);
}

bool ModelLine::is_at_work() const {
  return background_ || smoke_run_ || !lifecycle::at_rest(updater_.record().state);
}

std::optional<std::uint64_t> ModelLine::downloaded_bytes() const {
  return download_ ? std::optional(download_->received()) : std::nullopt;
}

void ModelLine::observe(const RingDrain::Model& seen) {
  for (const auto& [digest, tally] : seen.tally.versions()) {
    lifecycle::Counts& counted = counted_[digest];
    const lifecycle::Counts now = tally.counts();
    if (!now.goes_on_from(counted)) counted = {};  // the tally made room and began anew
    if (now == counted) continue;
    updater_.observe(digest, now.since(counted));
    counted = now;
  }
  std::erase_if(counted_, [&](const auto& entry) { return seen.tally.version(entry.first) == nullptr; });
}

}  // namespace drover::agent
