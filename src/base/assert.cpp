#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace drover {

void assertion_failed(const char* expression, std::source_location where) {
  std::fprintf(stderr, "%s:%u: %s: assertion failed: %s\n", where.file_name(), where.line(),
               where.function_name(), expression);
  std::abort();
}

}  // namespace drover
