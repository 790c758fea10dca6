#include "trust/target_path.h"

#include <gtest/gtest.h>

#include "base/digest.h"

namespace drover::trust {
namespace {

TEST(TargetPath, RefusesWhatCouldLeaveItsDirectory) {
  for (const std::string& bad : std::vector<std::string>{"",
                                                         "/etc/passwd",
                                                         "../x",
                                                         "a/../../x",
                                                         "a//b",
                                                         "a/./b",
                                                         "a/",
                                                         "a\\..\\b",
                                                         {"a\0b", 3},
                                                         "a\nb",
                                                         "..",
                                                         std::string(1025, 'a')})
    EXPECT_EQ(check_target_path(bad).error().code, Code::bad_metadata) << bad;
  for (std::string_view good : {"a", "models/defect/1.0.0/defect-1.0.0+arm.drover", "...", "a/..b/é"})
    EXPECT_TRUE(check_target_path(good).has_value()) << good;
}

TEST(TargetPath, APatternMatchesWithinOneSegment) {
  struct Row {
    std::string_view pattern, path;
    bool matches;
  };
  for (const Row& row :
       {Row{"models/defect/*/*", "models/defect/1.0.0/a.drover", true},
        Row{"models/defect/*/*", "models/defect/a.drover", false},
        Row{"models/defect/*/*", "models/defect/1/2/3", false},
        Row{"models/defect/*/*", "models/defects/1/2", false}, Row{"*", "a", true}, Row{"*", "a/b", false},
        Row{"a?c", "abc", true}, Row{"a?c", "a/c", false}, Row{"*.t*t", "foo.tat.txt", true},
        Row{"**a*b*", "xxaxxb", true}, Row{"a*b", "ab/c", false}, Row{"", "", true}})
    EXPECT_EQ(path_matches(row.pattern, row.path), row.matches) << row.pattern << " " << row.path;
}

TEST(TargetPath, APatternMadeToBeSlowIsNot) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  EXPECT_FALSE(path_matches(pattern + "b", std::string(1000, 'a')));
}

TEST(TargetPath, HashPrefixesDelegateToo) {
  const std::string hash = sha256("a/b").hex();
  EXPECT_TRUE(is_delegated_path({.path_hash_prefixes = {"zz", hash.substr(0, 2)}}, "a/b"));
  EXPECT_FALSE(is_delegated_path({.path_hash_prefixes = {hash.substr(1, 5)}}, "a/b"));
}

TEST(RoleName, NeverLeavesItsDirectory) {
  EXPECT_EQ(encoded_role("../a b/ü?#%"), "..%2Fa%20b%2F%C3%BC%3F%23%25");
  EXPECT_EQ(encoded_role("Defect_1.0~x-y"), "Defect_1.0~x-y");
}

}  // namespace
}  // namespace drover::trust
