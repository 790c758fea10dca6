#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/process.h"
#include "cli/temporary_directory.h"
#include "tables/npy.h"

/// `drover drift watch` as people run it.
namespace drover::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

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
std::vector<json> lines_of(const ProcessResult& result, int exit_code = 0) {
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
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

/// Tables of the test's own.
class DriftWatchFiles : public testing::Test {
 protected:
  std::string file(const std::string& name, std::string_view content) {
    std::string path = directory_.file(name);
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  static ProcessResult run(const std::string& reference, const std::string& stream,
                           std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"--reference", reference, "--stream", stream};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return watch(arguments);
  }
  /// 400 rows: x and y are numbers, flat is one number, kind is text.
  static std::string mixed() {
    std::string csv = "x,flat,kind,y\n";
    for (int i = 0; i < 400; ++i)
      csv += fmt::format("{},7,{},{}\n", i * 617 % 401, "abc"[i % 3], i * 331 % 401);
    return csv;
  }

 private:
  TemporaryDirectory directory_ = TemporaryDirectory::make().value();
};

TEST_F(DriftWatchFiles, BlamesWhoIsAtFault) {
  const std::string good = file("good.csv", mixed()), three = file("three.csv", "x\n1\n2\n3\n");
  const std::string other = file("other.csv", "a,b\n1,2\n"), text = file("text.csv", "x\n1\nmany\n");
  const std::string empty = file("empty.csv", "");
  struct Row {
    std::string reference, stream;
    std::vector<std::string> more;
    std::string words;
  };
  const Row rows[] = {
      {three, good, {}, three + ": column x: a baseline needs 200 to 16777216 values, here are 3"},
      {good, other, {}, "no column stands in both files: " + good + " has x, flat, kind, y; " + other},
      {good, good, {"--column", "z"}, good + " has no column \"z\"; it has: x, flat, kind, y"},
      {good, good, {"--column", "kind"}, good + ": column kind: text in the reference: line 2"},
      {good, good, {"--column", "flat", "--detector", "cusum"}, good + ": column flat: detector cusum needs"},
      {good, text, {"--column", "x"}, text + ": column x: line 3, column 1: \"many\" is not a number"},
      {good, text, {"--detector", "cusum", "--set", "thin=1"}, text + ": column x: line 3"},
      {good, good, {"--detector", "ddm"}, good + ": column flat: line 2, column 3: detector ddm takes"},
      {good, empty, {}, empty + ": the table is empty"},
  };
  for (const Row& row : rows) {
    const ProcessResult result = run(row.reference, row.stream, row.more);
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr("drover: " + row.words));
  }
}

TEST_F(DriftWatchFiles, ASettingThatCannotBeIsMisuseAndNamesNoFile) {
  const std::string good = file("good.csv", mixed());
  const std::pair<std::vector<std::string>, const char*> rows[] = {
      {{"--detector", "urm"}, "drover: there is no detector \"urm\"; there are: urn, adwin, page_hinkley"},
      {{"--set", "alhpa=1"}, "drover: detector urn has no setting \"alhpa\"; it has: alpha, tolerance"},
      {{"--set", "alpha=2"}, "drover: alpha of detector urn must lie in [1e-09, 0.5], not 2 "},
      {{"--set", "alpha=1e-9"}, "drover: alpha = 1e-09 divided over 3 columns is 3.33e-10 for each"},
      {{"--set", "alpha"}, "drover: --set alpha: give it as name=number"},
      {{"--set", "thin=2"}, "drover: --set thin=2: thin is 0 or 1"},
      {{"--detector", "kswin", "--set", "stat_size=90"}, "stat_size"},
  };
  for (const auto& [more, words] : rows) {
    const ProcessResult result = run(good, good, more);
    EXPECT_EQ(result.exit_code, 2) << words;
    EXPECT_THAT(result.err, HasSubstr(words));
    EXPECT_THAT(result.err, Not(HasSubstr("good.csv")));
  }
  EXPECT_EQ(run(good, good, {"--set", "alpha=1e-9", "--column", "x"}).exit_code, 0);
  EXPECT_EQ(run("absent.csv", good, {"--set", "alpha=2"}).exit_code, 2) << "settings before files";
  EXPECT_EQ(run("-", "-").exit_code, 2) << "the standard input is read once";
}

TEST_F(DriftWatchFiles, TellsWhichColumnsAreNotWatched) {
  const std::string reference = file("reference.csv", mixed());
  const std::string stream = file("stream.csv", "x,flat,kind,new\n1,7,a,1\n2,7,b,1\n");
  const ProcessResult people = run(reference, stream, {"--detector", "cusum"});
  EXPECT_EQ(people.exit_code, 0) << people.err;
  EXPECT_THAT(people.err, HasSubstr("kind: not watched: text in the reference: line 2, column 5: \"a\"\n"));
  EXPECT_THAT(people.err, HasSubstr("y: not watched: the stream has no such column\n"));
  EXPECT_THAT(people.err, HasSubstr("new: not watched: the reference has no such column\n"));
  const ProcessResult result = run(reference, stream, {"--detector", "cusum", "--json"});
  EXPECT_EQ(result.err, "");
  const json summary = lines_of(result).back();
  EXPECT_EQ(summary.at("columns").size(), 1u) << "x alone";
  EXPECT_EQ(summary.at("not_watched").size(), 4u);
  EXPECT_EQ(summary.at("not_watched").at("flat"),
            "detector cusum needs reference values that are not all alike");
  EXPECT_TRUE(lines_of(run(reference, stream, {"--column", "x"})).back().at("not_watched").empty());
}

TEST_F(DriftWatchFiles, LendsNamesToColumnsWithoutAny) {
  std::vector<float> values;
  for (int i = 0; i < 400; ++i) values.push_back(static_cast<float>(i * 617 % 401));
  const std::string array = file("b.npy", as_text(tables::write_npy(tables::tensor_of(values, {400}))));
  std::string csv = "x\n";
  for (const float value : values) csv += fmt::format("{}\n", value);
  const std::string named = file("a.csv", csv);
  for (const auto& [reference, stream] : {std::pair(named, array), std::pair(array, named)})
    for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--column", "x"}})
      EXPECT_TRUE(lines_of(run(reference, stream, more)).back().at("columns").contains("x"));
  EXPECT_TRUE(lines_of(run(array, array)).back().at("columns").contains("c0"));
  EXPECT_THAT(run(file("two.csv", mixed()), array).err, HasSubstr("b.npy has c0"));
}

TEST_F(DriftWatchFiles, SaysAnErrorInTheMiddleAsALineOfJson) {
  std::string stream = "x\n";
  for (int i = 0; i < 300; ++i) stream += "5000\n";
  const ProcessResult result =
      run(file("reference.csv", mixed()), file("stream.csv", stream + "nothing\n"), {"--continue", "--json"});
  EXPECT_EQ(result.exit_code, 1);
  const std::vector<json> lines = lines_of(result, 1);
  ASSERT_GE(lines.size(), 2u);
  EXPECT_TRUE(lines.front().contains("index"));
  EXPECT_EQ(lines.back().at("error").at("code"), "bad_table");
  EXPECT_THAT(lines.back().at("error").at("message").get<std::string>(), HasSubstr("line 302, column 1"));
  EXPECT_EQ(lines_of(run("absent.csv", "absent.csv", {"--json"}), 1).size(), 1u);
}

}  // namespace
}  // namespace drover::cli
