// What drover_record and drover_label ask of the kernel and of the allocator. A sanitizer does both by
// itself.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>

#include <drover/drover.hpp>

#include "ring/reader.h"
#include "ring/ring_testing.h"

extern "C" void* __libc_malloc(std::size_t bytes);

namespace {

bool is_forbidden = false;

}  // namespace

/// libdrover's allocations end here, too: the first definition of a symbol is everybody's.
extern "C" void* malloc(std::size_t bytes) {
  if (is_forbidden) std::abort();
  return __libc_malloc(bytes);
}

namespace drover::sdk {
namespace {

/// From here the kernel kills the process for any call but exit, and an allocation does.
void forbid_everything() {
  std::array<sock_filter, 4> program = {{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 0, 1),
                                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)}};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
    ::_exit(2);
  is_forbidden = true;
}

TEST(SystemCalls, NeitherDroverRecordNorDroverLabelMakesAnyOrAllocates) {
  const ring::TestDirectory here;
  ring::Mapping mapping = *ring::Mapping::create(here.ring(), {.lanes = 2, .records = 64});
  const int status = ring::in_child([&] {
    app::Model model("defect", {.state_dir = here.path(), .run_dir = here.path()});
    const std::array<float, DROVER_FEATURES_MAX> features{};
    drover_inference_t inference = DROVER_INFERENCE_INIT;
    inference.features = features.data();
    inference.feature_count = DROVER_FEATURES_MAX;
    forbid_everything();
    for (int i = 0; i < 500; ++i) {  // most of them into a full lane
      const std::uint64_t id = model.record(inference);
      model.label(id != 0 ? id : 1, i);
    }
    ::syscall(SYS_exit, 0);
  });
  EXPECT_EQ(status, 0);
  std::array<std::uint64_t, 2> of_kind{};
  ring::Reader(mapping).drain(
      [&](const ring::Record& record) { ++of_kind[static_cast<std::size_t>(record.kind)]; });
  EXPECT_EQ(of_kind[0], 32u);
  EXPECT_EQ(of_kind[1], 32u);
}

}  // namespace
}  // namespace drover::sdk
