// What record() and label() ask of the kernel. A sanitizer's runtime makes system calls of its own.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "ring/owner.h"
#include "ring/reader.h"
#include "ring/ring_testing.h"
#include "ring/writer.h"

namespace drover::ring {
namespace {

/// From here the kernel kills the process for any call but exit. (Not the strict mode: that also takes the
/// clock's TSC away.)
void forbid_system_calls() {
  std::array<sock_filter, 4> program = {{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 0, 1),
                                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)}};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
    ::_exit(2);
}

TEST(SystemCalls, NeitherRecordNorLabelMakesAny) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring(), {.lanes = 2, .records = 64});
  const int status = in_child([&] {
    Writer writer(here.ring());
    forbid_system_calls();
    for (int i = 0; i < 500; ++i) {  // most of them into a full lane
      const std::uint64_t id = writer.record(numbered(i));
      writer.label(id != 0 ? id : 1, i);
    }
    ::syscall(SYS_exit, 0);
  });
  EXPECT_EQ(status, 0);
  Reader reader(mapping);
  EXPECT_EQ(reader.drain([](const Record&) {}).records, 64u);
}

}  // namespace
}  // namespace drover::ring
