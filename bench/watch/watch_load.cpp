// Records from four writers through a ring into windows, detectors and rules, as the agent takes them: what
// one costs, beside a copy of it and a queue behind a mutex in the same run, and what memory that needs.
#include <fmt/format.h>
#include <time.h>

#include <cstring>
#include <deque>
#include <fstream>
#include <mutex>
#include <thread>

#include <CLI/CLI.hpp>

#include "field.h"
#include "monitor/line_watch.h"
#include "ring/reader.h"
#include "ring/ring_testing.h"
#include "ring/writer.h"

using namespace drover;

namespace {

constexpr int kWriters = 4;

/// CPU time of this thread alone: the writers run beside it.
double cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Anonymous and dirty memory of this process, without what it shares with others (smaps_rollup).
double private_mb() {
  std::ifstream file("/proc/self/smaps_rollup");
  double kb = 0;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("Private_Dirty:")) kb += std::stod(line.substr(14));
  return kb / 1024;
}

const Digest kDigest = sha256("the model");

std::vector<ring::Record> sample(std::size_t count) {
  bench::Field field({}, 7);
  std::vector<ring::Record> records;
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back(field.at(static_cast<std::int64_t>(i)));
    records.back().digest = kDigest.bytes;
  }
  return records;
}

void write(const std::filesystem::path& path, const std::vector<ring::Record>& records, std::uint64_t count,
           std::atomic<std::uint64_t>& recorded) {
  ring::Writer writer(path);
  for (std::uint64_t i = 0; i < count; ++i)
    while (writer.record(records[i % records.size()]) == 0)
      std::this_thread::sleep_for(std::chrono::microseconds(200));
  recorded += writer.counts().recorded;
}

double copy_ns(const std::vector<ring::Record>& records, std::uint64_t count) {
  std::vector<ring::Record> slots(1024);
  const double begin = cpu_ns();
  for (std::uint64_t i = 0; i < count; ++i) {
    std::memcpy(&slots[i % slots.size()], &records[i % records.size()], sizeof(ring::Record));
    asm volatile("" : : "r"(slots.data()) : "memory");
  }
  return (cpu_ns() - begin) / static_cast<double>(count);
}

double queue_ns(const std::vector<ring::Record>& records, std::uint64_t count) {
  std::mutex mutex;
  std::deque<ring::Record> queue;
  const double begin = cpu_ns();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::lock_guard lock(mutex);
    queue.push_back(records[i % records.size()]);
    if (queue.size() > 4096) queue.pop_front();
  }
  return (cpu_ns() - begin) / static_cast<double>(count);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A million records from four writers through a ring into windows, detectors and rules");
  std::uint64_t count = 1'000'000;
  app.add_option("--records", count)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const std::vector<ring::Record> records = sample(8192);
  const auto policy =
      policy::parse_policy("[[rule]]\nname = \"low\"\nwhen = \"mean(confidence) < 0.5\"\nfor = \"5m\"\n");
  const double before_mb = private_mb();

  monitor::LineWatch line;
  line.take_up(kDigest, std::move(*monitor::Watch::make(bench::Field::baseline({}, 10'000, 1),
                                                        {"good", "defect"}, *policy, {})));
  const double ready_mb = private_mb();
  ring::TestDirectory directory;
  const auto mapping = ring::Mapping::create(directory.ring());
  ring::Reader reader(*mapping);
  std::atomic<std::uint64_t> recorded = 0;
  std::vector<std::jthread> writers;
  for (int i = 0; i < kWriters; ++i)
    writers.emplace_back([&] { write(directory.ring(), records, count / kWriters, recorded); });
  std::uint64_t drained = 0;
  std::int64_t now_ms = 0;
  double spent_ns = 0, most_mb = 0;
  while (drained < count / kWriters * kWriters) {
    now_ms += 500;  // a drain each half second: two thousand records a second and more
    const double begin = cpu_ns();
    line.tick(now_ms);
    drained += reader.drain([&](const ring::Record& record) { line.add(record); }).records;
    line.drained();
    spent_ns += cpu_ns() - begin;
    most_mb = std::max(most_mb, private_mb());
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  writers.clear();
  const double each = spent_ns / static_cast<double>(drained), copy = copy_ns(records, count),
               queue = queue_ns(records, count);
  fmt::print("records {} of {} writers, windows {}\n", drained, kWriters, now_ms / 60'000);
  fmt::print(
      "a record: {:.0f} ns of CPU; a copy of it {:.1f} ns (x{:.0f}), a queue behind a mutex {:.1f} ns "
      "(x{:.1f})\n",
      each, copy, each / copy, queue, each / queue);
  fmt::print("private memory: {:.1f} MB more to watch, {:.1f} MB more at most while records come\n",
             ready_mb - before_mb, most_mb - ready_mb);
  return recorded == drained ? 0 : 1;
}
