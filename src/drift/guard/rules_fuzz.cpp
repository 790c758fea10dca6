#include "base/assert.h"
#include "drift/guard/before_after.h"
#include "drift/guard/rules.h"

namespace {

using namespace drover::drift;

/// A checkpoint is refused, or taken and written again as the same bytes; then the rule goes on.
void restore(auto rule, drover::ByteView bytes, auto go_on) {
  if (!rule.restore(bytes)) return;
  DROVER_ASSERT(rule.checkpoint() == drover::Bytes(bytes.begin(), bytes.end()));
  for (int i = 0; i < 50; ++i) go_on(rule, i);
}

}  // namespace

// The first byte chooses the rule.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const drover::ByteView bytes(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      restore(LatencyGuard(100, .01), bytes, [](auto& rule, int i) { rule.update(100 + i); });
      break;
    case 1:
      restore(ConfidenceGuard(.01), bytes, [](auto& rule, int i) { rule.update(.02 * i); });
      break;
    case 2:
      restore(LowConfidenceRule(), bytes, [](auto& rule, int i) { rule.window(.7, i % 3 == 0 ? 0 : 1); });
      break;
    case 3:
      restore(NaiveRule(.05, .1), bytes, [](auto& rule, int i) { rule.update(i % 3 == 0); });
      break;
    default:
      restore(BeforeAfterGuard::make({}).value(), bytes,
              [](auto& rule, int i) { i % 2 == 0 ? rule.before(i % 3 == 0) : (void)rule.after(i % 5 == 0); });
  }
  return 0;
}
