#include "agent/meant_model.h"

#include <gtest/gtest.h>

namespace drover::agent {
namespace {

const ModelName kDefect = *ModelName::parse("defect");
const ModelName kSound = *ModelName::parse("sound");

TEST(MeantModel, IsTheOneThatIsNamed) { EXPECT_EQ(meant_model(kSound, {kDefect, kSound}), kSound); }

TEST(MeantModel, IsTheOnlyOneWhereNoneIsNamed) { EXPECT_EQ(meant_model(std::nullopt, {kDefect}), kDefect); }

TEST(MeantModel, OfSeveralHasToBeNamedAndTheyAreListed) {
  const auto meant = meant_model(std::nullopt, {kDefect, kSound});
  ASSERT_FALSE(meant);
  EXPECT_EQ(meant.error().code, Code::invalid_argument);
  EXPECT_NE(meant.error().message.find("defect, sound"), std::string::npos) << meant.error().message;
}

TEST(MeantModel, ThatIsNotHereIsRefusedWithWhatIs) {
  const auto meant = meant_model(*ModelName::parse("other"), {kDefect});
  ASSERT_FALSE(meant);
  EXPECT_EQ(meant.error().code, Code::not_found);
  EXPECT_NE(meant.error().message.find("defect"), std::string::npos) << meant.error().message;
  EXPECT_FALSE(meant_model(std::nullopt, {}));
}

}  // namespace
}  // namespace drover::agent
