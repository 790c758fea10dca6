#include "agent/config.h"
#include "base/bytes.h"

/// Any text is read or refused; what is read still answers its questions.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  drover::agent::Config config;
  if (drover::agent::read_config(drover::as_text({data, size}), config)) {
    const drover::Status checked = drover::agent::check(config);
    if (checked && config.repository_url().empty()) __builtin_trap();
  }
  return 0;
}
