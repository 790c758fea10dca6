// watch BASELINE: numbers, one a line, against those of a file; says when they are no longer alike.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>

#include "drift/drift.h"

namespace drift = drover::drift;

static int fail(std::string_view message) {
  std::cerr << message << '\n';
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 2) return fail("usage: watch BASELINE < NUMBERS");
  std::ifstream file(argv[1]);
  const std::vector<float> values{std::istream_iterator<float>(file), {}};

  const auto baseline = drift::make_distribution(values, 0, 1);
  if (!baseline) return fail(baseline.error().message);
  const drift::Reference reference{.distribution = &*baseline};

  // While nothing changes, at most one such program in a hundred ever alarms, however long it runs.
  auto urn = drift::make_detector("urn", {{"alpha", 0.01}}, reference);
  if (!urn) return fail(urn.error().message);
  const auto detector = drift::thin(std::move(*urn), reference, drift::Thinning());

  for (double value = 0; std::cin >> value;) {
    if (const auto alarm = detector->update(value)) {
      std::cout << "changed: " << alarm->family << ' ' << alarm->direction << ", since about " << alarm->onset
                << ", noticed at " << alarm->index << '\n';
      return 0;
    }
  }
  std::cout << "no change seen in " << detector->thinning().seen() << '\n';
}
