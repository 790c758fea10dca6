#include "fault_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace drover::defect {
namespace {

struct FaultFileTest : testing::Test {
  std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / fmt::format("defect_fault_{}", ::getpid());
  std::vector<std::string> told;
  CameraFaults usual{.dimmed_percent = 5};
  FaultFile file{path, usual, [this](const std::string& trouble) { told.push_back(trouble); }};

  ~FaultFileTest() override { std::filesystem::remove_all(path); }
  void put(const std::string& text) const { std::ofstream(path, std::ios::binary) << text; }
};

TEST_F(FaultFileTest, IsTheFaultWhileItIsThere) {
  EXPECT_EQ(file.look(), usual) << "no file";
  put("fogged:40\n");
  EXPECT_EQ(file.look(), CameraFaults{.fogged_percent = 40});
  put("turned,dimmed:33");
  EXPECT_EQ(file.look(), (CameraFaults{.turned = true, .dimmed_percent = 33}));
  put("none");
  EXPECT_EQ(file.look(), CameraFaults{});
  std::filesystem::remove(path);
  EXPECT_EQ(file.look(), usual);
  EXPECT_THAT(told, testing::IsEmpty());
}

TEST_F(FaultFileTest, WithNonsenseChangesNothingAndIsToldOnce) {
  put("fogged:40");
  const CameraFaults before = file.look();
  for (const std::string& text : {std::string("sleepy"), std::string(), std::string(300, 'x')}) {
    told.clear();
    put(text);
    EXPECT_EQ(file.look(), before) << text;
    EXPECT_EQ(file.look(), before) << text;
    ASSERT_EQ(told.size(), 1u) << text;
    EXPECT_THAT(told[0], testing::HasSubstr(path.filename().string()));
  }
  put("none");
  EXPECT_EQ(file.look(), CameraFaults{});
  put("sleepy");
  file.look();
  EXPECT_EQ(told.size(), 2u) << "nonsense again is told again";
}

TEST_F(FaultFileTest, ThatCannotBeReadChangesNothing) {
  std::filesystem::create_directory(path);
  EXPECT_EQ(file.look(), usual);
  EXPECT_EQ(told.size(), 1u);
}

TEST(FaultFile, ThatIsNotAskedForIsNeverLookedAt) {
  FaultFile none("", {.turned = true}, [](const std::string& trouble) { ADD_FAILURE() << trouble; });
  EXPECT_TRUE(none.look().turned);
}

}  // namespace
}  // namespace drover::defect
