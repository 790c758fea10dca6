#include <cstddef>
#include <cstdint>

#include "repo/draft.h"

/// What is read is written as what is read again, and nothing that no key signed is complete.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  const auto draft = repo::parse_draft({data, size});
  if (!draft) return 0;
  const auto again = repo::parse_draft(as_bytes(repo::to_text(*draft)));
  if (!again || repo::to_text(*again) != repo::to_text(*draft)) __builtin_trap();
  if (repo::unsigned_of(*draft).empty() != repo::complete(*draft).has_value()) __builtin_trap();
  return 0;
}
