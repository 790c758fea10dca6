#include "agent/meant_model.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace drover::agent {
namespace {

using nlohmann::json;

const ModelName kDefect = *ModelName::parse("defect");
const ModelName kSound = *ModelName::parse("sound");

TEST(MeantModel, IsTheOneThatIsNamed) {
  EXPECT_EQ(meant_model({{"model", "sound"}}, {kDefect, kSound}), kSound);
}

TEST(MeantModel, IsTheOnlyOneWhereNoneIsNamed) { EXPECT_EQ(meant_model(json::object(), {kDefect}), kDefect); }

TEST(MeantModel, OfSeveralHasToBeNamedAndTheyAreListed) {
  const auto meant = meant_model(json::object(), {kDefect, kSound});
  ASSERT_FALSE(meant);
  EXPECT_EQ(meant.error().code, Code::invalid_argument);
  EXPECT_NE(meant.error().message.find("defect, sound"), std::string::npos) << meant.error().message;
}

TEST(MeantModel, ThatIsNotHereIsRefusedWithWhatIs) {
  const auto meant = meant_model({{"model", "other"}}, {kDefect});
  ASSERT_FALSE(meant);
  EXPECT_EQ(meant.error().code, Code::not_found);
  EXPECT_NE(meant.error().message.find("defect"), std::string::npos) << meant.error().message;
  EXPECT_FALSE(meant_model(json::object(), {}));
  EXPECT_FALSE(meant_model({{"model", 7}}, {kDefect}));
  EXPECT_FALSE(meant_model({{"model", "A B"}}, {kDefect}));
}

}  // namespace
}  // namespace drover::agent
