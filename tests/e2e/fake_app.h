#pragma once

#include "harness.h"
#include "ring/writer.h"

namespace drover::e2e {

/// An application that records inferences of whatever is active when it adopts it.
class FakeApp {
 public:
  explicit FakeApp(const Path& device) : device_(device), writer_(device / "run" / "kws.ring") { adopt(); }

  void adopt() {
    const Path active = std::filesystem::read_symlink(device_ / "state/models/kws/active");
    digest_ = parse_digest(active.filename().string()).value();
    writer_.poll();
    writer_.hello(digest_);
  }
  void infer(int count, ring::Outcome outcome, float confidence = -1) {
    ring::Record record;
    record.latency_ns = 1'000'000;
    record.outcome = outcome;
    record.confidence = confidence;
    record.digest = digest_.bytes;
    for (int i = 0; i < count; ++i) writer_.record(record);
  }

 private:
  Path device_;
  ring::Writer writer_;
  Digest digest_;
};

}  // namespace drover::e2e
