#include "inspector.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <chrono>
#include <cstdio>
#include <ctime>

#include "base/unique_fd.h"
#include "camera_clock.h"
#include "defect/features.h"
#include "fault_file.h"

namespace drover::defect {
namespace {

using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;

/// SIGTERM and SIGINT as a descriptor, so that waiting for the next image also waits for them. Block before
/// any thread starts.
UniqueFd termination() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return UniqueFd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

void say(const std::string& line) { std::fprintf(stderr, "defect-inspector: %s\n", line.c_str()); }

/// Whether the process was told to end, waiting for that until `due`.
bool told_to_end(const UniqueFd& signals, TimePoint due) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - SteadyClock::now()).count();
  pollfd event{.fd = signals.get(), .events = POLLIN, .revents = 0};
  return ::poll(&event, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000))) == 1;
}

class Inspector {
 public:
  Inspector(const InspectorOptions& options, ImageSource& camera)
      : options_(options),
        camera_(camera),
        signals_(termination()),
        model_(options.model, options.device),
        session_(model_),
        faults_(options.fault_file, options.faults, say),
        truth_(options.truth),
        stats_(options.stats.empty() ? stdout : std::fopen(options.stats.c_str(), "ae")) {
    if (stats_ == nullptr) throw std::runtime_error(options.stats + ": cannot be opened for appending");
  }
  ~Inspector() {
    if (stats_ != stdout) std::fclose(stats_);
  }
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  void run() {
    if (!wait_for_model()) return tell(true);
    camera_.set_faults(faults_.look());
    CameraClock clock(options_.rate_hz, options_.buffer, SteadyClock::now());
    TimePoint tell_at = SteadyClock::now() + std::chrono::seconds(1);
    while (!is_done() && !told_to_end(signals_, std::min(clock.due(), truth_.due()))) {
      if (const auto sequence = clock.next(SteadyClock::now())) look_at(*sequence);
      while (const auto label = truth_.take(SteadyClock::now())) model_.label(label->id, label->truth);
      const TimePoint now = SteadyClock::now();
      statistics_.ticks = clock.taken(now);
      statistics_.lost = clock.lost();
      if (now < tell_at) continue;
      tell(false);
      camera_.set_faults(faults_.look());
      tell_at += std::chrono::seconds(1);
    }
    tell(true);
  }

 private:
  [[nodiscard]] bool is_done() const { return options_.count != 0 && statistics_.images >= options_.count; }

  /// Takes no image before a model is there to look at it. False when told to end first.
  bool wait_for_model() {
    std::string said;
    for (;;) {
      std::string reason;
      try {
        if (session_.wait(0)) return true;
        reason = drover_error_message();
      } catch (const app::Error& error) {
        reason = error.what();
      }
      if (reason != said) say("waiting for a model: " + reason);
      said = reason;
      if (told_to_end(signals_, SteadyClock::now() + std::chrono::milliseconds(100))) return false;
    }
  }

  void look_at(std::uint64_t sequence) {
    const Result<CameraImage> taken = camera_.image(sequence);
    if (!taken) throw std::runtime_error(taken.error().text());
    const Image& image = taken->image;
    ++statistics_.images;
    const auto measured = features(image);
    const auto side = static_cast<std::uint32_t>(image.size);
    const drover_image_t view = {.pixels = image.pixels.data(), .height = side, .width = side, .channels = 1};
    const drover_result_t result = session_.image(view, {measured.begin(), measured.end()});
    statistics_.add(result);
    truth_.add(sequence, result.id, taken->truth, SteadyClock::now());
  }

  void tell(bool final) {
    fmt::print(stats_, "{}\n", to_json(statistics_, model_.counts(), std::time(nullptr), final));
    std::fflush(stats_);
  }

  const InspectorOptions& options_;
  ImageSource& camera_;
  UniqueFd signals_;
  app::Model model_;
  app::Session session_;
  FaultFile faults_;
  LateTruth truth_;
  std::FILE* stats_;
  Statistics statistics_;
};

}  // namespace

int inspect(const InspectorOptions& options, ImageSource& camera) {
  try {
    Inspector(options, camera).run();
    return 0;
  } catch (const std::exception& error) {
    say(error.what());
    return 1;
  }
}

}  // namespace drover::defect
