#include "agent/shadow_view.h"
#include "base/bytes.h"

/// Whatever a server answers is read or refused; each model is either assigned or refused, never both.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto view = drover::agent::read_shadow(drover::as_text({data, size}));
  if (!view) return 0;
  for (const auto& [model, assignment] : view->desired)
    if (view->refused.contains(model.str()) || assignment.version.str().empty()) __builtin_trap();
  return 0;
}
