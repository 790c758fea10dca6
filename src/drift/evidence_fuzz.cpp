#include <vector>

#include "drift/evidence.h"

// Evidence is read or refused; what was read is replayed without a fault, whatever it says, and can be
// written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::drift;
  static const Distribution baseline = [] {
    std::vector<float> values(300);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 97);
    return make_distribution(values, 0, 1).value();
  }();
  const auto evidence = parse_evidence({data, size});
  if (!evidence) return 0;
  (void)replay(*evidence, {.distribution = &baseline, .mean = 48, .deviation = 28});
  (void)to_bytes(*evidence);
  return 0;
}
