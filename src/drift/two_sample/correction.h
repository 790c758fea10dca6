#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace drover::drift {

/// Many tests at once. bonferroni and holm bound P(any false rejection) by α whatever the dependence; bh
/// bounds the expected share of false ones among the rejections, for independent or positively dependent
/// tests. Sources: Holm, Scand. J. Stat. 6 (1979); Benjamini and Hochberg, J. R. Stat. Soc. B 57 (1995).
enum class Correction : std::uint8_t { none, bonferroni, holm, bh };

std::string_view name(Correction correction);
std::optional<Correction> correction_named(std::string_view name);

/// p-values, each the smallest α at which its test is rejected among all; at most 1; in the order given.
std::vector<double> adjusted(std::span<const double> p_values, Correction correction);

}  // namespace drover::drift
