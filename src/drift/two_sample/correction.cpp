#include "drift/two_sample/correction.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace drover::drift {
namespace {

constexpr std::pair<Correction, std::string_view> kNames[] = {{Correction::none, "none"},
                                                              {Correction::bonferroni, "bonferroni"},
                                                              {Correction::holm, "holm"},
                                                              {Correction::bh, "bh"}};

}  // namespace

std::string_view name(Correction correction) {
  for (const auto& [value, text] : kNames)
    if (value == correction) return text;
  return {};
}

std::optional<Correction> correction_named(std::string_view name) {
  for (const auto& [value, text] : kNames)
    if (text == name) return value;
  return std::nullopt;
}

std::vector<double> adjusted(std::span<const double> p, Correction correction) {
  const std::size_t count = p.size();
  std::vector<double> result(p.begin(), p.end());
  if (correction == Correction::none) return result;
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return p[i]; });
  double bound = correction == Correction::bh ? 1 : 0;
  for (std::size_t step = 0; step < count; ++step) {
    const std::size_t rank = correction == Correction::bh ? count - step : step + 1;  // from 1, by p
    const std::size_t at = order[rank - 1];
    const auto all = static_cast<double>(count), own = static_cast<double>(rank);
    switch (correction) {
      case Correction::none:
        break;
      case Correction::bonferroni:
        result[at] = std::min(1.0, p[at] * all);
        break;
      case Correction::holm:
        result[at] = bound = std::max(bound, std::min(1.0, p[at] * (all - own + 1)));
        break;
      case Correction::bh:
        result[at] = bound = std::min(bound, p[at] * (all / own));
        break;
    }
  }
  return result;
}

}  // namespace drover::drift
