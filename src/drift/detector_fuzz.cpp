#include <vector>

#include "drift/detector.h"

// A checkpoint is taken or refused whole; what was taken goes on without a fault.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::drift;
  static const Distribution baseline = [] {
    std::vector<float> values(300);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 97);
    return make_distribution(values, 0, 1).value();
  }();
  static const auto detector = make_detector("urn", {}, {.distribution = &baseline}).value();
  if (detector->restore({data, size}))
    for (int i = 0; i < 64; ++i) (void)detector->update(i);
  return 0;
}
