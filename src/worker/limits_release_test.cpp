// The limits that a sanitizer's own memory and time would break, and that are therefore lifted under one.
#include <cerrno>
#include <cstdlib>

#include "runtime/tiny_model.h"
#include "worker/sandbox_testing.h"
#include "worker/worker_testing.h"

namespace drover::worker {
namespace {

namespace tiny = runtime::tiny;

TEST(Sandbox, MemoryBeyondTheLimitIsNotGiven) {
  const auto take = [] {
    void* volatile memory = std::malloc(std::size_t{64} << 20);  // volatile, or it would be optimised away
    return memory == nullptr ? ENOMEM : 0;
  };
  EXPECT_EQ(locked_down(take, {.memory_bytes_max = std::size_t{32} << 20}), ENOMEM);
  EXPECT_EQ(locked_down(take, {.memory_bytes_max = std::size_t{128} << 20}), 0);
}

TEST(Sandbox, CpuTimeBeyondTheLimitEndsIt) {
  const auto spin = []() -> int {
    for (volatile unsigned n = 0;; n = n + 1) {
    }
  };
  const int status = locked_down(spin, {.cpu_seconds_max = 1});
  EXPECT_TRUE(status == 128 + SIGXCPU || status == 128 + SIGKILL) << status;
}

TEST_F(Worker, MoreMemoryThanTheLimitIsARefusal) {
  const Bytes model = tiny::write_model({tiny::outer_product(8192)});  // 256 MiB
  options_.memory_mb_max = 64;
  const auto refused = inspect(model);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::out_of_memory) << refused.error().text();
}

}  // namespace
}  // namespace drover::worker
