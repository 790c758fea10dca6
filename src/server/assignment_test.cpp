#include "server/assignment.h"

#include <gtest/gtest.h>

namespace drover::server {
namespace {

std::uint64_t order_after(const char* desired, const char* reported) {
  shadow::Document document;
  document.desired = shadow::json::parse(desired);
  document.reported = shadow::json::parse(reported);
  const Assignment made =
      assign(document, ModelName::parse("defect").value(), Version::parse("1.2.0").value());
  EXPECT_EQ(made.update.desired->at("models").at("defect").at("version"), "1.2.0");
  EXPECT_EQ(made.update.desired->at("models").at("defect").at("order"), made.order);
  return made.order;
}

TEST(Assignment, HasAnOrderAboveEveryOneBefore) {
  EXPECT_EQ(order_after("{}", "{}"), 1u);
  EXPECT_EQ(order_after(R"({"models":{"defect":{"order":4}}})", "{}"), 5u);
  EXPECT_EQ(order_after(R"({"models":{"defect":{"order":4}}})", R"({"models":{"defect":{"order":9}}})"), 10u)
      << "the desired section was dropped and begun anew";
  EXPECT_EQ(order_after(R"({"models":{"other":{"order":4}}})", "{}"), 1u);
  EXPECT_EQ(order_after(R"({"models":7})", R"({"models":{"defect":{"order":"x"}}})"), 1u);
}

shadow::Outcome<shadow::Update> pinned(const char* before, const char* desired) {
  shadow::Document document;
  document.desired = shadow::json::parse(before);
  shadow::Update update{.desired = shadow::json::parse(desired)};
  const auto pins = read_pins(update);
  if (!pins) return std::unexpected(pins.error());
  return pin(document, *pins, update);
}

TEST(Pin, OfAWholeSectionIsAnAssignmentAndTheRestStaysAsItIs) {
  const auto made =
      pinned(R"({"models":{"defect":{"version":"1.0.0","order":4}}})",
             R"({"x":1,"models":{"defect":{"version":"1.1.0"},"sound":{"version":"2.0.0"},"old":null}})");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*made->desired, shadow::json::parse(R"({"x":1,"models":{"defect":{"version":"1.1.0","order":5},
            "sound":{"version":"2.0.0","order":1},"old":null}})"));
}

TEST(Pin, ThatNamesTheSameVersionAgainHasAHigherOrder) {
  const auto made = pinned(R"({"models":{"defect":{"version":"1.0.0","order":4}}})",
                           R"({"models":{"defect":{"version":"1.0.0"}}})");
  EXPECT_EQ(made->desired->at("models").at("defect").at("order"), 5);
}

TEST(Pin, ThatRepeatsWhatStandsThereChangesNothing) {
  const char* section = R"({"models":{"defect":{"version":"1.0.0","order":4}}})";
  EXPECT_EQ(*pinned(section, section)->desired, shadow::json::parse(section));
}

TEST(Pin, IsRefusedWithThePlaceOfWhatIsWrong) {
  const std::pair<const char*, const char*> kRows[] = {
      {R"({"models":7})", "state.desired.models: "},
      {R"({"models":{"defect":"1.0.0"}})", "state.desired.models.defect: "},
      {R"({"models":{"defect":{}}})", "state.desired.models.defect: "},
      {R"({"models":{"k":{"1.4.0":{}}}})", "state.desired.models.k: "},
      {R"({"models":{"defect":{"version":"one"}}})", "state.desired.models.defect.version: "},
      {R"({"models":{"defect":{"version":"1.0.0","order":9}}})", "state.desired.models.defect.order: "},
      {R"({"models":{"defect":{"version":"1.0.0","order":-1}}})", "state.desired.models.defect.order: "},
      {R"({"models":{"defect":{"version":"1.0.0","digest":"x"}}})", "state.desired.models.defect.digest: "},
      {R"({"models":{"../x":{"version":"1.0.0"}}})", "state.desired.models.../x: "},
  };
  for (const auto& [desired, place] : kRows) {
    const auto made = pinned("{}", desired);
    ASSERT_FALSE(made) << desired;
    EXPECT_EQ(made.error().code, 400);
    EXPECT_TRUE(made.error().message.starts_with(place)) << made.error().message;
  }
}

}  // namespace
}  // namespace drover::server
