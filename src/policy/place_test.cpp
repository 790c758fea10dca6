#include "policy/place.h"

#include <gtest/gtest.h>

#include "base/toml.h"

namespace drover::policy {
namespace {

/// Where each character of the value of `a` stands that is a letter of `wanted`.
std::string places(const std::string& document, std::string_view wanted) {
  const toml::table table = toml::parse(document);
  const toml::node& node = *table.get("a");
  const std::string value = *node.value<std::string>();
  std::string found;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (wanted.find(value[i]) == std::string_view::npos) continue;
    const Place place = place_in_string(document, {node.source().begin.line, node.source().begin.column}, i);
    found += value[i] + std::to_string(place.line) + ":" + std::to_string(place.column) + " ";
  }
  return found;
}

TEST(Place, of_what_stands_in_a_string_is_its_place_in_the_document) {
  struct Row {
    std::string document;
    std::string_view wanted, places;
  };
  const Row kRows[] = {
      {R"(a = "xyz")", "xz", "x1:6 z1:8 "},
      {"\n\n  a = 'x z'", "xz", "x3:8 z3:10 "},
      {R"(a = "ä\"x\\\u00e4y\U0001F600z")", "xyz", "x1:9 y1:18 z1:29 "},
      {"a = \"\"\"\nx\ny\"\"\"", "xy", "x2:1 y3:1 "},
      {"a = \"\"\"x\\\n   y \\\n\n z\"\"\"", "xyz", "x1:8 y2:4 z4:2 "},
      {"a = '''\r\nx\\y\nz'''", "xyz", "x2:1 y2:3 z3:1 "},
      {"\xef\xbb\xbf"
       "a = 'x'",
       "x", "x1:6 "},
  };
  for (const Row& row : kRows) EXPECT_EQ(places(row.document, row.wanted), row.places) << row.document;
}

TEST(Place, beyond_the_document_is_its_end) {
  EXPECT_EQ(place_in_string("a = \"xy", {1, 5}, 99).column, 8u);
  EXPECT_EQ(place_in_string("a = \"\\u12", {1, 5}, 99).column, 10u);
  EXPECT_EQ(place_in_string("", {7, 3}, 1).line, 1u);
}

TEST(Place, stands_in_front_of_what_is_wrong_there) {
  EXPECT_EQ(bad_at({3, 14}, "no").error().message, "line 3, column 14: no");
  EXPECT_EQ(bad_at({3, 14}, "no").error().code, Code::bad_toml);
}

}  // namespace
}  // namespace drover::policy
