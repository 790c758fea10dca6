#include <vector>

#include "drift/detector.h"

// The first byte chooses a row of the table, the rest is a checkpoint: taken or refused whole; what was taken
// goes on without a fault, and what it then saves is taken again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::drift;
  static const Distribution baseline = [] {
    std::vector<float> values(300);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 97);
    return make_distribution(values, 0, 1).value();
  }();
  if (size == 0) return 0;
  const auto kinds = detector_kinds();
  const auto detector = make_detector(kinds[data[0] % kinds.size()].name, {},
                                      {.distribution = &baseline, .mean = 48, .deviation = 28})
                            .value();
  if (detector->restore({data + 1, size - 1}))
    for (int i = 0; i < 128; ++i) (void)detector->update(i % 3);
  return 0;
}
