#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>
#include <fstream>

#include "agent/part.h"
#include "bundle/worker_protocol.h"
#include "ring/ring_testing.h"

namespace drover::agent {

/// For tests: a program in the worker's place that does what the test says, in a directory of its own.
class ScriptWorker {
 public:
  /// The worker is this shell script from now on; its $1 is the verb, $2 the version's directory.
  void does(const std::string& script) const {
    std::ofstream(program()) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
  }
  /// Says that `samples` golden samples passed.
  void passes(std::uint64_t samples) const {
    bundle::SmokeReport report;
    report.samples = samples;
    does("cat <<'END'\n" + bundle::to_json(report) + "\nEND");
  }
  [[nodiscard]] std::filesystem::path program() const { return directory_.path() / "worker"; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }

 private:
  ring::TestDirectory directory_;
};

/// Pumps `part` as the agent's loop does, waiting for its descriptors, until `done`; false after 20 s.
template <class Done>
bool run_until(Part& part, Done done) {
  constexpr int kTurnMs = 20, kTurns = 1000;
  for (int turn = 0; turn < kTurns; ++turn) {
    part.pump();
    if (done()) return true;
    std::vector<int> descriptors;
    part.descriptors(descriptors);
    std::vector<pollfd> waits;
    for (const int fd : descriptors) waits.push_back({.fd = fd, .events = POLLIN, .revents = 0});
    ::poll(waits.data(), waits.size(), kTurnMs);
  }
  return false;
}

}  // namespace drover::agent
