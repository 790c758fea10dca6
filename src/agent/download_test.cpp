#include "agent/download.h"

#include <gtest/gtest.h>

#include "agent/fake_http.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

using std::chrono::milliseconds;

class DownloadTest : public testing::Test {
 protected:
  FakeHttp http_;
  fs::SimFileSystem files_;
  ManualClock clock_{UnixTime{}};
  Outside outside_{http_, files_, clock_, [](std::uint64_t) { return std::uint64_t{0}; }};
  std::optional<Status> done_;
  DownloadJob job_{.url = "https://h/f", .path = "/f.part", .length = 10};
  DownloadLimits limits_{.tries_max = 3, .bytes_per_window_min = 2};

  std::unique_ptr<Download> start() {
    done_.reset();
    auto download =
        std::make_unique<Download>(outside_, job_, limits_, [this](Status s) { done_ = std::move(s); });
    download->pump();
    return download;
  }
  std::string on_disk() {
    const auto bytes = fs::read_file(files_, job_.path, 1000);
    return bytes ? std::string(as_text(*bytes)) : bytes.error().text();
  }
  void wait_and_pump(Download& download) {
    clock_.advance(std::chrono::hours(1));
    download.pump();
  }
};

const Error kDropped{Code::unreachable, "the connection broke"};

TEST_F(DownloadTest, FetchesTheFile) {
  const auto download = start();
  EXPECT_EQ(http_.request().bytes_max, 10u);
  ASSERT_TRUE(http_.send("0123456789"));
  http_.end(answer(200));
  download->pump();
  ASSERT_TRUE(done_);
  EXPECT_TRUE(*done_);
  EXPECT_EQ(on_disk(), "0123456789");
}

TEST_F(DownloadTest, GoesOnWhereADropLeftIt) {
  const auto download = start();
  ASSERT_TRUE(http_.send("0123"));
  http_.end(fail(kDropped));
  download->pump();
  EXPECT_EQ(http_.open(), 0u) << "it tries again only after a while";
  wait_and_pump(*download);
  EXPECT_EQ(http_.request().resume_at, 4u);
  EXPECT_EQ(http_.request().bytes_max, 6u);
  ASSERT_TRUE(http_.send("456789"));
  http_.end(answer(206));
  download->pump();
  EXPECT_TRUE(done_ && *done_);
  EXPECT_EQ(on_disk(), "0123456789");
}

TEST_F(DownloadTest, GoesOnAfterARestart) {
  auto download = start();
  ASSERT_TRUE(http_.send("0123"));
  download.reset();
  EXPECT_EQ(http_.open(), 0u) << "its transfer ends with it";
  const std::uint64_t length = 3 * PartFile::kSyncEvery;
  job_.length = length;
  download = start();
  ASSERT_TRUE(http_.send(std::string(PartFile::kSyncEvery + 5, 'x')));
  download = start();
  EXPECT_EQ(http_.request().resume_at, PartFile::kSyncEvery) << "from the last byte that is surely there";
}

TEST_F(DownloadTest, StartsAnewWithAPeerThatServesNoRanges) {
  const auto download = start();
  ASSERT_TRUE(http_.send("01"));
  http_.end(fail(kDropped));
  wait_and_pump(*download);
  http_.end(fail(Code::unsupported, "no ranges"));
  wait_and_pump(*download);
  EXPECT_EQ(http_.request().resume_at, 0u);
  EXPECT_EQ(on_disk(), "");
}

TEST_F(DownloadTest, GivesUpAfterSomeTriesThatBroughtNothing) {
  const auto download = start();
  int tries = 0;
  while (!done_ && tries < 100) {
    ++tries;
    http_.end(fail(kDropped));
    wait_and_pump(*download);
  }
  EXPECT_EQ(tries, 3);
  EXPECT_EQ(done_->error().code, Code::unreachable);
  EXPECT_NE(done_->error().text().find("0 of 10 bytes"), std::string::npos);
}

TEST_F(DownloadTest, ProgressRenewsItsPatience) {
  const auto download = start();
  for (const char* piece : {"01", "23", "45", "67"}) {
    ASSERT_TRUE(http_.send(piece));
    http_.end(fail(kDropped));
    wait_and_pump(*download);
    ASSERT_FALSE(done_);
  }
  EXPECT_EQ(http_.request().resume_at, 8u);
}

TEST_F(DownloadTest, BreaksATrickleOff) {
  const auto download = start();
  for (int window = 0; window < 20 && !done_; ++window) {
    if (http_.open() > 0 && download->received() < 9) ASSERT_TRUE(http_.send("x"));
    wait_and_pump(*download);
  }
  ASSERT_TRUE(done_);
  EXPECT_EQ(done_->error().code, Code::timed_out);
}

struct Ending {
  const char* sent;
  int status;  // 0: the transfer fails with `error`
  Code error;
  Code expected;
};

class DownloadEnds : public DownloadTest, public testing::WithParamInterface<Ending> {};

TEST_P(DownloadEnds, WithoutAnotherTry) {
  const Ending& ending = GetParam();
  const auto download = start();
  ASSERT_TRUE(http_.send(ending.sent));
  http_.end(ending.status != 0 ? Result<net::ClientResponse>(answer(ending.status))
                               : fail(ending.error, "why"));
  download->pump();
  ASSERT_TRUE(done_);
  EXPECT_EQ(done_->error().code, ending.expected) << done_->error().text();
}

INSTANTIATE_TEST_SUITE_P(Table, DownloadEnds,
                         testing::Values(Ending{"", 404, Code::internal, Code::not_found},
                                         Ending{"", 403, Code::internal, Code::not_found},
                                         Ending{"", 418, Code::internal, Code::bad_response},
                                         Ending{"", 416, Code::internal, Code::bad_length},
                                         Ending{"0123", 200, Code::internal, Code::bad_length},
                                         Ending{"", 0, Code::too_large, Code::bad_length},
                                         Ending{"", 0, Code::disk_full, Code::disk_full}));

TEST_F(DownloadTest, TakesNoByteTooMany) {
  const auto download = start();
  const Status taken = http_.send("0123456789+");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::bad_length);
}

TEST_F(DownloadTest, SaysThatTheDiskIsFull) {
  files_.set_capacity(4);
  const auto download = start();
  const Status taken = http_.send("0123456789");
  ASSERT_FALSE(taken);
  http_.end(fail(taken.error()));
  download->pump();
  ASSERT_TRUE(done_);
  EXPECT_EQ(done_->error().code, Code::disk_full);
}

}  // namespace
}  // namespace drover::agent
