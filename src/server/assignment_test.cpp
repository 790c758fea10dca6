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

}  // namespace
}  // namespace drover::server
