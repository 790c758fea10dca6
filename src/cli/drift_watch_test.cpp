#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/process.h"
#include "cli/temporary_directory.h"

/// `drover drift watch` as people run it.
namespace drover::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr std::string_view kUrn = DROVER_SOURCE_DIR "/tests/data/urn/";

/// `before` is a shell's beginning: "cat FILE |" gives the standard input.
ProcessResult watch(std::vector<std::string> arguments, const std::string& before = {}) {
  const std::string script = before + " exec '" DROVER_BIN_DIR "/drover' drift watch \"$@\"";
  Command command{.argv = {"/bin/sh", "-c", script, "drover"}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  Result<ProcessResult> result = run_process(command);
  EXPECT_TRUE(result.has_value()) << result.error().text();
  return *std::move(result);
}

/// The lines printed, each a document of its own.
std::vector<json> lines_of(const ProcessResult& result) {
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<json> lines;
  std::stringstream text(result.out);
  for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
  return lines;
}

std::vector<json> watched(std::string_view reference, std::string_view stream,
                          std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"--reference", std::string(kUrn) + std::string(reference), "--stream",
                                        std::string(kUrn) + std::string(stream), "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return lines_of(watch(arguments));
}

TEST(DriftWatch, AlarmsWhereTheGoldenDataSays) {
  struct Story {
    const char *reference, *stream, *tolerance;
    std::uint64_t index;
    const char* family;
  };
  for (const Story& story :
       {Story{"baseline.csv", "stream_mean.csv", "tolerance=0", 2088, "location"},
        Story{"baseline.csv", "stream_sigma.csv", "tolerance=0", 2137, "scale"},
        Story{"tolerant_baseline.csv", "tolerant_stream_mean.csv", "tolerance=0.02", 2043, "location"},
        Story{"tolerant_baseline.csv", "tolerant_stream_sigma.csv", "tolerance=0.02", 2344, "scale"}}) {
    const auto lines =
        watched(story.reference, story.stream, {"--set", "alpha=0.01", "--set", story.tolerance});
    ASSERT_EQ(lines.size(), 2u) << story.stream << ": an alarm, and the summary; the column stops";
    EXPECT_EQ(lines[0].at("index"), story.index) << story.stream;
    EXPECT_EQ(lines[0].at("family"), story.family);
    EXPECT_EQ(lines[0].at("direction"), "up");
    EXPECT_EQ(lines[0].at("detector"), "urn");
    EXPECT_NEAR(lines[0].at("onset").get<double>(), 2000, 64);
    for (const char* key : {"column", "statistic", "threshold", "n", "n_effective"})
      EXPECT_TRUE(lines[0].contains(key)) << key;
    EXPECT_FALSE(lines[1].contains("index"));
    EXPECT_EQ(lines[1].at("alarms"), 1);
  }
}

TEST(DriftWatch, GoesOnAtASmallerAlphaWhenToldTo) {
  const auto lines = watched("baseline.csv", "stream_mean.csv", {"--continue"});
  ASSERT_GE(lines.size(), 3u) << "the change stays, so it is told again";
  EXPECT_NEAR(lines[0].at("threshold").get<double>(), 164.49, 0.01);
  EXPECT_NEAR(lines[1].at("threshold").get<double>(), 4 * 164.49, 0.05);
  EXPECT_EQ(lines.back().at("alarms"), lines.size() - 1);
}

TEST(DriftWatch, ReadsTheStandardInputAndDividesAlphaOverTheColumns) {
  std::string reference = "a,b,name\n", stream = "b,a,name\n";
  for (int i = 0; i < 1000; ++i) reference += fmt::format("{},{},x\n", i * 617 % 1009, i * 331 % 1013);
  for (int i = 0; i < 300; ++i) stream += fmt::format("{},{},x\n", i % 4 == 0 ? "" : "5000", i * 97 % 1009);
  const TemporaryDirectory directory = TemporaryDirectory::make().value();
  std::ofstream(directory.file("reference.csv")) << reference;
  std::ofstream(directory.file("stream.csv")) << stream;
  const auto lines = lines_of(watch({"--reference", directory.file("reference.csv"), "--stream", "-"},
                                    "cat '" + directory.file("stream.csv") + "' |"));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].at("column"), "b");
  EXPECT_EQ(lines[0].at("threshold"), 200) << "1/α times two columns of numbers";
  const json& columns = lines[1].at("columns");
  EXPECT_EQ(columns.at("a").at("observations"), 300);
  EXPECT_GT(columns.at("b").at("missing"), 0);
  EXPECT_FALSE(columns.contains("name"));
}

TEST(DriftWatch, NamesWhatItDoesNotKnow) {
  const auto refused = [](std::vector<std::string> more, int exit_code = 2) {
    std::vector<std::string> arguments = {"--reference", std::string(kUrn) + "baseline.csv", "--stream",
                                          std::string(kUrn) + "stream_mean.csv"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProcessResult result = watch(arguments);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    return result.err;
  };
  EXPECT_THAT(refused({"--detector", "urm"}, 1), HasSubstr("adwin, page_hinkley"));
  EXPECT_THAT(refused({"--set", "alhpa=1"}), HasSubstr("alpha, tolerance"));
  EXPECT_THAT(refused({"--set", "alpha=2"}), HasSubstr("must lie in"));
  EXPECT_THAT(refused({"--set", "alpha"}), HasSubstr("name=number"));
  EXPECT_THAT(refused({"--column", "y"}, 1), HasSubstr("the stream has: x"));
  EXPECT_THAT(refused({"--detector", "ddm"}, 1),
              HasSubstr("line 2, column 1: detector ddm takes 1 for an error"));
}

}  // namespace
}  // namespace drover::cli
