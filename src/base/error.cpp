#include "base/error.h"

#include <array>

namespace drover {
namespace {

struct Row {
  std::string_view name;
  Category category;
  std::string_view meaning;
};

constexpr std::array kRows = {
#define X(name, category, meaning) Row{#name, Category::category, meaning},
#include "base/error_codes.def"
#undef X
};

const Row& row(Code code) { return kRows.at(static_cast<std::size_t>(code)); }

}  // namespace

std::string_view name(Code code) { return row(code).name; }
std::string_view meaning(Code code) { return row(code).meaning; }
Category category(Code code) { return row(code).category; }

std::string_view name(Category category) {
  constexpr std::array<std::string_view, 6> names = {"untrusted", "unavailable", "corrupt",
                                                     "refused",   "exhausted",   "internal"};
  return names.at(static_cast<std::size_t>(category));
}

Code code_named(std::string_view wanted) {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (kRows[i].name == wanted) return static_cast<Code>(i);
  return Code::internal;
}

}  // namespace drover
