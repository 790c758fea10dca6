#include "worker/sandbox.h"

#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace drover::worker {
namespace {

#ifdef DROVER_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// What computing needs: memory, threads, time, and talking through what is open. Everything else is refused.
constexpr int kAllowed[] = {
    // open descriptors
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(lseek),
    SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
    // memory (mmap and mprotect: see allow_memory)
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
    // threads (clone: see allow_threads)
    SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getcpu), SCMP_SYS(membarrier),
    // signals to ourselves
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    // time, chance, and the end
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(getrusage), SCMP_SYS(getrandom), SCMP_SYS(uname), SCMP_SYS(exit),
    SCMP_SYS(exit_group)};

/// A libseccomp filter while it is being built; keeps the first error.
class Filter {
 public:
  Filter() : context_(::seccomp_init(SCMP_ACT_ERRNO(EPERM)), ::seccomp_release) {
    if (!context_) error_ = -ENOMEM;
  }
  template <class... Conditions>
  void rule(std::uint32_t action, int call, Conditions... conditions) {
    if (error_ == 0)
      error_ = ::seccomp_rule_add(context_.get(), action, call, sizeof...(conditions), conditions...);
  }
  /// Puts the filter in force; 0 or a negative errno.
  int load() { return error_ != 0 ? error_ : ::seccomp_load(context_.get()); }

 private:
  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
  int error_ = 0;
};

// Memory, but none that can be executed.
void allow_memory(Filter& filter) {
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
    filter.rule(SCMP_ACT_ALLOW, call, scmp_arg_cmp{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0});
}

// Threads, but no processes. clone3 hides its flags in memory where no filter sees them; at ENOSYS the C
// library takes clone.
void allow_threads(Filter& filter) {
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(clone),
              scmp_arg_cmp{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD});
  filter.rule(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
}

int load_filter() {
  Filter filter;
  for (const int call : kAllowed) filter.rule(SCMP_ACT_ALLOW, call);
  // UBSan tries whether memory can be read by writing it into a pipe of its own.
  if (kSanitized) filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(pipe2));
  if (kSanitized) filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(pipe));
  allow_memory(filter);
  allow_threads(filter);
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
              scmp_arg_cmp{0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid()), 0});
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(prctl), scmp_arg_cmp{0, SCMP_CMP_EQ, PR_SET_NAME, 0});
  return filter.load();
}

std::uint64_t address_space_bytes() {
  unsigned long long pages = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%llu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Status limit(__rlimit_resource resource, std::uint64_t value, const char* what) {
  rlimit now{};
  ::getrlimit(resource, &now);
  const rlim_t bounded = std::min<rlim_t>(value, now.rlim_max);
  const rlimit wanted{bounded, bounded};
  if (::setrlimit(resource, &wanted) == 0) return {};
  return fail(Code::unsupported, fmt::format("cannot limit {}: {}", what, std::strerror(errno)));
}

Status set_limits(const SandboxLimits& limits) {
  DROVER_TRY(limit(RLIMIT_CORE, 0, "core files"));
  DROVER_TRY(limit(RLIMIT_FSIZE, limits.file_bytes_max, "the size of files"));
  if (kSanitized) return {};
  DROVER_TRY(limit(RLIMIT_CPU, limits.cpu_seconds_max, "CPU time"));
  return limit(RLIMIT_AS, address_space_bytes() + limits.memory_bytes_max, "memory");
}

}  // namespace

void die_with_parent() {
  const pid_t parent = ::getppid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it died before we asked
}

Status lock_down(const SandboxLimits& limits) {
  DROVER_TRY(set_limits(limits));
  ::prctl(PR_SET_DUMPABLE, 0);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return fail(Code::unsupported, fmt::format("cannot give up new privileges: {}", std::strerror(errno)));
  if (const int error = load_filter(); error != 0)
    return fail(Code::unsupported,
                fmt::format("this kernel takes no seccomp filter ({}); models are not run without one",
                            std::strerror(-error)));
  return {};
}

}  // namespace drover::worker
