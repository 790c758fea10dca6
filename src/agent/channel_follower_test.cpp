#include "agent/channel_follower.h"

#include "agent/repository_testing.h"
#include "base/log.h"

namespace drover::agent {
namespace {

class ChannelFollowerTest : public RepositoryTest {
 protected:
  void SetUp() override {
    log::start("channel_follower_test", log::Format::text, log::Level::error);
    RepositoryTest::SetUp();
    ASSERT_TRUE(publisher_.publish("1.0.0", "stable"));
    ASSERT_TRUE(publisher_.publish("1.1.0"));
  }
  Status promote(const char* version) {
    return publisher_.change(
        [&](repo::Edit& edit) { return edit.promote(defect_, "stable", *Version::parse(version)); });
  }
  Status yank(const char* version) {
    return publisher_.change([&](repo::Edit& edit) -> Status {
      DROVER_TRY(edit.yank(defect_, *Version::parse(version), "bad lamp"));
      return {};
    });
  }
  /// Reads the repository once more; the versions that were pointed at meanwhile.
  std::vector<std::string> refresh() {
    pointed_.clear();
    refresher_.ask();
    serve(refresher_);
    return pointed_;
  }
  void refresh_metadata_only() {
    refresher_.ask();
    for (refresher_.pump(); http_.request_to("/metadata/") != nullptr; refresher_.pump()) answer_one();
  }
  std::optional<Code> trouble() {
    const auto found = follower_.trouble().find(defect_);
    return found == follower_.trouble().end() ? std::nullopt : std::optional(found->second.code);
  }

  using Versions = std::vector<std::string>;
  Versions pointed_;
  Refresher refresher_{outside_, trust_, urls_, {}, [this](const Status& status) {
                         if (status) follower_.refreshed();
                       }};
  ChannelFollower follower_{outside_,
                            refresher_,
                            {{.name = defect_, .channel = "stable"}},
                            [this](const ModelName& model, const Version& version) {
                              EXPECT_EQ(model, defect_);
                              pointed_.push_back(version.str());
                            }};
};

TEST_F(ChannelFollowerTest, GoesWhereTheChannelPointsForwardAndBack) {
  EXPECT_EQ(refresh(), Versions{"1.0.0"});
  ASSERT_TRUE(promote("1.1.0"));
  EXPECT_EQ(refresh(), Versions{"1.1.0"});
  ASSERT_TRUE(promote("1.0.0"));
  EXPECT_EQ(refresh(), Versions{"1.0.0"});
  EXPECT_FALSE(trouble());
}

TEST_F(ChannelFollowerTest, SaysAgainWhatItKnowsWithoutFetchingIt) {
  ASSERT_EQ(refresh(), Versions{"1.0.0"});
  pointed_.clear();
  refresh_metadata_only();
  EXPECT_EQ(http_.open(), 0u);
  EXPECT_EQ(pointed_, Versions{"1.0.0"});
}

TEST_F(ChannelFollowerTest, AYankedVersionsChannelPointsNowhereUntilItIsPromotedAgain) {
  ASSERT_TRUE(promote("1.1.0"));
  ASSERT_EQ(refresh(), Versions{"1.1.0"});
  ASSERT_TRUE(yank("1.1.0"));
  EXPECT_EQ(refresh(), Versions{});
  EXPECT_EQ(trouble(), Code::not_found);
  ASSERT_TRUE(promote("1.0.0"));
  EXPECT_EQ(refresh(), Versions{"1.0.0"});
  EXPECT_FALSE(trouble());
}

TEST_F(ChannelFollowerTest, AChannelThatIsNotThereIsTold) {
  ChannelFollower follower(outside_, refresher_, {{.name = defect_, .channel = "beta"}},
                           [](const ModelName&, const Version&) { FAIL(); });
  refresh();
  follower.refreshed();
  ASSERT_TRUE(follower.trouble().contains(defect_));
  EXPECT_EQ(follower.trouble().at(defect_).code, Code::not_found);
  EXPECT_NE(follower.trouble().at(defect_).text().find("channels/defect/beta.json"), std::string::npos);
}

TEST_F(ChannelFollowerTest, WhatTheServerMakesOfAChannelIsNotBelieved) {
  const std::vector<std::pair<Result<net::ClientResponse>, Code>> answers = {
      {answer(200, "short"), Code::bad_length},
      {answer(404), Code::not_found},
      {fail(Code::unreachable, "no route"), Code::unreachable}};
  for (const auto& [given, code] : answers) {
    refresh_metadata_only();
    ASSERT_NE(http_.request_to("/targets/"), nullptr);
    http_.end(given);
    EXPECT_EQ(trouble(), code);
  }
  refresh_metadata_only();
  auto bytes = fs::read_file(publisher_.files, file_of(http_.request().url), 10'000);
  bytes->front() ^= 1;
  http_.end(answer(200, std::string(as_text(*bytes))));
  EXPECT_EQ(trouble(), Code::bad_digest);
  EXPECT_EQ(pointed_, Versions{});
  EXPECT_EQ(refresh(), Versions{"1.0.0"}) << "it is asked for again";
}

TEST_F(ChannelFollowerTest, AChannelMovedWhileItIsFetchedIsFetchedAnew) {
  refresh_metadata_only();
  ASSERT_NE(http_.request_to("/targets/"), nullptr);
  ASSERT_TRUE(promote("1.1.0"));
  refresh_metadata_only();
  while (http_.open() > 0) answer_one();
  ASSERT_FALSE(pointed_.empty());
  EXPECT_EQ(pointed_.back(), "1.1.0");
}

TEST_F(ChannelFollowerTest, AnEndedAgentLeavesNoTransferBehind) {
  {
    ChannelFollower follower(outside_, refresher_, {{.name = defect_, .channel = "stable"}},
                             [](const ModelName&, const Version&) { FAIL(); });
    refresh();
    follower.refreshed();
    EXPECT_EQ(http_.open(), 1u);
  }
  EXPECT_EQ(http_.open(), 0u);
}

TEST(ReadChannel, AGenuineFileOfAnotherModelOrChannelIsRefused) {
  const repo::ChannelPointer pointer{.model = *ModelName::parse("sound"),
                                     .channel = "stable",
                                     .version = *Version::parse("1.0.0"),
                                     .issued = trust::test_time()};
  const std::string text = repo::to_text(pointer);
  const repo::TargetInfo target{
      .path = "channels/defect/stable.json", .length = text.size(), .sha256 = sha256(text)};
  const auto read = [&](const char* model, const char* channel) {
    return read_channel(target, text, {.name = *ModelName::parse(model), .channel = channel});
  };
  EXPECT_EQ(read("sound", "stable")->str(), "1.0.0");
  EXPECT_EQ(read("defect", "stable").error().code, Code::bad_metadata);
  EXPECT_EQ(read("sound", "beta").error().code, Code::bad_metadata);
}

}  // namespace
}  // namespace drover::agent
