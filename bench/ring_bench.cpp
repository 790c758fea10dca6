// record(): median and 99th percentile, beside a memcpy of the record and a queue behind a mutex in the same
// run.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "ring/reader.h"
#include "ring/ring_testing.h"
#include "ring/writer.h"

namespace {

using namespace drover::ring;

Record sample() {
  Record record{.latency_ns = 1000, .feature_count = 6, .class_index = 1, .confidence = 0.5F};
  record.features.fill(1.0F);
  return record;
}

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

/// Times each call of `body`, and tells median and p99 without the cost of looking at the clock (its median).
template <class Body>
void time_each(benchmark::State& state, Body body) {
  std::vector<std::int64_t> clock(10'000), each;
  each.reserve(4'000'000);
  for (std::int64_t& cost : clock) {
    const std::int64_t start = now_ns();
    cost = now_ns() - start;
  }
  std::ranges::nth_element(clock, clock.begin() + 5'000);
  for (auto _ : state) {
    const std::int64_t start = now_ns();
    body();
    each.push_back(now_ns() - start - clock[5'000]);
  }
  std::ranges::sort(each);
  const auto at = [&each](double q) {
    return static_cast<double>(each[static_cast<std::size_t>(q * static_cast<double>(each.size() - 1))]);
  };
  using benchmark::Counter;
  state.counters["median_ns"] = Counter(at(0.5), Counter::kAvgThreads);
  state.counters["p99_ns"] = Counter(at(0.99), Counter::kAvgThreads);
}

/// A ring and somebody who drains it.
struct Drained {
  drover::ring::TestDirectory directory;
  Mapping mapping = *Mapping::create(directory.ring(), {.lanes = 16, .records = 1 << 14});
  std::atomic<bool> stop = false;
  std::thread agent{[this] {
    Reader reader(mapping);
    while (!stop) {
      reader.drain([](const Record& record) { benchmark::DoNotOptimize(record.id); });
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }};
  ~Drained() {
    stop = true;
    agent.join();
  }
};

std::unique_ptr<Drained> drained;
std::unique_ptr<Writer> shared_writer;

void start_ring(const benchmark::State&) {
  drained = std::make_unique<Drained>();
  shared_writer = std::make_unique<Writer>(drained->directory.ring());
}
void stop_ring(const benchmark::State&) {
  shared_writer.reset();
  drained.reset();
}

/// The share of records that found the ring full: their way is the shorter one.
void tell_drops(benchmark::State& state, const Writer& writer) {
  const Writer::Counts counts = writer.counts();
  const auto dropped = static_cast<double>(counts.dropped);
  state.counters["dropped"] = benchmark::Counter(dropped / (dropped + static_cast<double>(counts.recorded)),
                                                 benchmark::Counter::kAvgThreads);
}

/// Threads that share one writer, as the threads of an application do.
void record_shared(benchmark::State& state) {
  const Record record = sample();
  time_each(state, [&] { benchmark::DoNotOptimize(shared_writer->record(record)); });
  tell_drops(state, *shared_writer);
}
BENCHMARK(record_shared)
    ->Setup(start_ring)
    ->Teardown(stop_ring)
    ->Threads(1)
    ->Threads(4)
    ->Iterations(1'000'000);

/// A writer each, as different applications have.
void record_own(benchmark::State& state) {
  Writer writer(drained->directory.ring());
  const Record record = sample();
  time_each(state, [&] { benchmark::DoNotOptimize(writer.record(record)); });
  tell_drops(state, writer);
}
BENCHMARK(record_own)->Setup(start_ring)->Teardown(stop_ring)->Threads(4)->Iterations(1'000'000);

void memcpy_of_a_record(benchmark::State& state) {
  const Record record = sample();
  std::vector<Record> slots(1024);
  std::size_t at = 0;
  time_each(state, [&] {
    std::memcpy(&slots[at++ % slots.size()], &record, sizeof record);
    benchmark::ClobberMemory();
  });
}
BENCHMARK(memcpy_of_a_record)->Iterations(1'000'000);

std::mutex mutex;
std::deque<Record> queue;

void mutex_queue(benchmark::State& state) {
  const Record record = sample();
  time_each(state, [&] {
    const std::lock_guard lock(mutex);
    queue.push_back(record);
    if (queue.size() > 4096) queue.clear();
  });
}
BENCHMARK(mutex_queue)->Threads(1)->Threads(4)->Iterations(1'000'000);

}  // namespace

BENCHMARK_MAIN();
