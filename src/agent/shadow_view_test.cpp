#include "agent/shadow_view.h"

#include <gtest/gtest.h>

namespace drover::agent {
namespace {

TEST(ShadowView, ReadsTheAssignments) {
  const auto view = read_shadow(R"({"state":{"desired":{"models":{"defect":{"version":"1.2.0","order":7},
      "sound":{"version":"2.0.0"}}},"reported":{}},"version":9,"desired_version":4,"timestamp":1})");
  ASSERT_TRUE(view) << view.error().text();
  EXPECT_EQ(view->desired_version, 4u);
  const lifecycle::Assignment& defect = view->desired.at(*ModelName::parse("defect"));
  EXPECT_EQ(defect.version.str(), "1.2.0");
  EXPECT_EQ(defect.order, 7u);
  EXPECT_EQ(view->desired.at(*ModelName::parse("sound")).order, 0u);
}

TEST(ShadowView, AnEntryThatIsWrongSpoilsNoOther) {
  const auto view = read_shadow(R"({"state":{"desired":{"models":{"a":{"version":"1.0.0","order":1},"b":"x",
      "c":{"version":"one"},"d":{"version":"1.0.0","order":-1},"../e":{"version":"1.0.0"}}}},"desired_version":1})");
  ASSERT_TRUE(view) << view.error().text();
  EXPECT_EQ(view->desired.size(), 1u);
  EXPECT_EQ(view->refused.size(), 4u);
  EXPECT_TRUE(view->refused.contains("../e"));
}

TEST(ShadowView, AnOrderBelowTheOneTakenUpIsStale) {
  const ModelName defect = *ModelName::parse("defect");
  const lifecycle::Assignment second{.version = *Version::parse("1.0.0"), .order = 2};
  EXPECT_FALSE(stale(defect, second, std::nullopt));
  EXPECT_FALSE(stale(defect, second, 2));
  const auto refused = stale(defect, second, 3);
  ASSERT_TRUE(refused);
  EXPECT_TRUE(refused->message.starts_with("desired.models.defect: ")) << refused->message;
}

TEST(ShadowView, AnEmptyShadowAssignsNothing) {
  const auto view = read_shadow(R"({"state":{},"desired_version":0})");
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->desired.empty());
}

TEST(ShadowView, RefusesWhatIsNoShadow) {
  for (const char* body : {"", "[]", "{}", R"({"state":{}})", R"({"state":3,"desired_version":1})"})
    EXPECT_FALSE(read_shadow(body)) << body;
}

}  // namespace
}  // namespace drover::agent
