#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/process.h"
#include "cli/temporary_directory.h"
#include "tables/npy.h"

/// `drover drift compare` as people run it.
namespace drover::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

ProcessResult drover(std::vector<std::string> arguments) {
  Command command{.argv = {DROVER_BIN_DIR "/drover", "drift", "compare"}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  Result<ProcessResult> result = run_process(command);
  EXPECT_TRUE(result.has_value()) << result.error().text();
  return *std::move(result);
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// "x\n0\n1\n…": `count` numbers from `first`, a line each.
std::string numbers(std::string_view header, int first, int count, std::string_view end = "\n") {
  std::string csv(header);
  csv += end;
  for (int i = first; i < first + count; ++i) csv += std::to_string(i) + std::string(end);
  return csv;
}

class DriftCompare : public testing::Test {
 protected:
  std::string file(const std::string& name, std::string_view content) {
    const std::string path = (directory_ / name).string();
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::string npy(const std::string& name, const std::vector<float>& values,
                  std::vector<std::int64_t> shape) {
    return file(name, as_text(tables::write_npy(tables::tensor_of(values, std::move(shape)))));
  }
  /// The document of --json over both texts.
  json compared(std::string_view reference, std::string_view current, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"--reference", file("reference", reference), "--current",
                                          file("current", current), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProcessResult result = drover(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  }

 private:
  TemporaryDirectory temporary_ = *TemporaryDirectory::make();

 protected:
  std::filesystem::path directory_ = temporary_.path();
};

TEST_F(DriftCompare, GivesTheFiguresOfTheReference) {
  const json document = compared(numbers("x", 1, 10), numbers("x", 11, 10));
  const json& x = document["columns"]["x"];
  EXPECT_EQ(x["kind"], "numeric");
  EXPECT_EQ(x["n_reference"], 10);
  EXPECT_EQ(x["ks"]["d"], 1.0);
  EXPECT_NEAR(x["ks"]["p"].get<double>(), 1.0825088224469026e-05, 1e-17);
  EXPECT_EQ(x["ks"]["method"], "exact");
  EXPECT_EQ(x["wasserstein"], 10.0);
  EXPECT_EQ(x["mann_whitney"]["u"], 0.0);
  EXPECT_EQ(x["psi"]["bins"], 10);
  EXPECT_TRUE(x["psi"]["raw"].is_null());  // infinite: bins are empty on one side
  EXPECT_EQ(x["verdict"], "drifted");
  EXPECT_THAT(x["why"].get<std::string>(), HasSubstr("KS D = 1, exact p = 1.08e-05"));
  EXPECT_EQ(document["correction"], "bh");
  EXPECT_EQ(compared(numbers("x", 1, 10), numbers("x", 11, 10),
                     {"--method", "asymp"})["columns"]["x"]["ks"]["method"],
            "asymp");
}

TEST_F(DriftCompare, AnswersThreeRowsConstantsAndMissingValues) {
  const std::string reference = "few,constant,gaps\n" + [] {
    std::string rows;
    for (int i = 0; i < 40; ++i) rows += std::to_string(i) + ",5," + (i % 2 == 0 ? "" : "1") + "\n";
    return rows;
  }();
  const json few = compared(reference, "few,constant,gaps\n1,5,\n2,5,\n3,5,\n")["columns"];
  EXPECT_EQ(few["few"]["verdict"], "too_few");
  EXPECT_THAT(few["few"]["why"].get<std::string>(), HasSubstr("40 reference and 3 current values"));
  EXPECT_EQ(few["gaps"]["n_current"], 0);
  EXPECT_EQ(few["gaps"]["missing_current"], 3);
  EXPECT_TRUE(few["gaps"]["ks"].is_null());
  const json same = compared(reference, reference)["columns"];
  EXPECT_EQ(same["constant"]["verdict"], "same");
  EXPECT_EQ(same["constant"]["ks"]["p"], 1.0);
  EXPECT_TRUE(same["constant"]["wasserstein_scaled"].is_null());
  EXPECT_EQ(same["gaps"]["missing_reference"], 20);
  EXPECT_THAT(same["gaps"]["why"].get<std::string>(), HasSubstr("left out as missing or NaN: 50 %"));
}

TEST_F(DriftCompare, ReadsQuotesCrlfAndByteOrderMark) {
  const json document =
      compared("\xEF\xBB\xBF" + numbers("\"a, b\"", 0, 20, "\r\n"), numbers("\"a, b\"", 0, 20));
  EXPECT_EQ(document["columns"]["a, b"]["verdict"], "same");
  EXPECT_EQ(document["columns"]["a, b"]["ks"]["d"], 0.0);
}

TEST_F(DriftCompare, CountsAnUnseenCategory) {
  std::string reference = "kind\n", current = "kind\n";
  for (int i = 0; i < 60; ++i) reference += i % 2 == 0 ? "good\n" : "bad\n";
  for (int i = 0; i < 60; ++i) current += i % 3 == 0 ? "new\n" : "good\n";
  const json kind = compared(reference, current)["columns"]["kind"];
  EXPECT_EQ(kind["kind"], "categorical");
  EXPECT_TRUE(kind["ks"].is_null());
  EXPECT_EQ(kind["chi2"]["dof"], 2);
  EXPECT_GT(kind["chi2"]["stat"].get<double>(), 40);
  EXPECT_EQ(kind["verdict"], "drifted");
  // Numbers on one side only: categories on both.
  const json mixed = compared(numbers("kind", 0, 60), current)["columns"]["kind"];
  EXPECT_EQ(mixed["kind"], "categorical");
  EXPECT_EQ(mixed["n_reference"], 60);
  EXPECT_EQ(compared(numbers("kind", 0, 20), numbers("kind", 0, 20),
                     {"--categorical", "kind"})["columns"]["kind"]["kind"],
            "categorical");
}

TEST_F(DriftCompare, NamesAColumnThatOneSideLacks) {
  const std::string reference = "x,old\n1,1\n2,2\n", current = "new,x\n1,1\n2,2\n";
  const json document = compared(reference, current);
  EXPECT_EQ(document["columns"].size(), 1u);
  EXPECT_EQ(document["only_in_reference"], json{"old"});
  EXPECT_EQ(document["only_in_current"], json{"new"});
  const ProcessResult asked = drover(
      {"--reference", file("a", reference), "--current", file("b", current), "--columns", "x,old", "--json"});
  EXPECT_EQ(asked.exit_code, 1);
  EXPECT_EQ(json::parse(asked.out)["error"]["code"], "not_found");
  EXPECT_THAT(asked.err, HasSubstr("has no column \"old\"; it has: new, x"));
  EXPECT_EQ(drover({"--reference", file("a", "x\n1\n"), "--current", file("b", "y\n1\n")}).exit_code, 1);
}

TEST_F(DriftCompare, KnowsArraysByContentAndLendsThemNames) {
  std::vector<float> pairs;
  for (int i = 0; i < 20; ++i) pairs.insert(pairs.end(), {static_cast<float>(i), 7});
  std::string csv = "x,y\n";
  for (int i = 0; i < 20; ++i) csv += std::to_string(i) + ",7\n";
  const ProcessResult lent =
      drover({"--reference", file("a", csv), "--current", npy("b", pairs, {20, 2}), "--json"});
  ASSERT_EQ(lent.exit_code, 0) << lent.err;
  EXPECT_EQ(json::parse(lent.out)["columns"]["x"]["ks"]["d"], 0.0);
  const ProcessResult both =
      drover({"--reference", npy("a", pairs, {40}), "--current", npy("b", pairs, {40}), "--json"});
  EXPECT_EQ(json::parse(both.out)["columns"]["c0"]["verdict"], "same");
}

TEST_F(DriftCompare, RefusesWithThePlace) {
  const std::string good = file("good", "x\n1\n");
  const ProcessResult ragged = drover({"--reference", good, "--current", file("bad", "x\n1,2\n")});
  EXPECT_EQ(ragged.exit_code, 1);
  EXPECT_THAT(ragged.err, HasSubstr("bad: line 2: 2 fields, the first line has 1"));
  EXPECT_EQ(drover({"--reference", good, "--current", file("empty", "")}).exit_code, 1);
  EXPECT_EQ(drover({"--reference", good, "--current", (directory_ / "absent").string()}).exit_code, 1);
  EXPECT_EQ(drover({"--reference", good}).exit_code, 2);
  EXPECT_EQ(drover({"--reference", good, "--current", good, "--alpha", "2"}).exit_code, 2);
  EXPECT_EQ(drover({"--reference", good, "--current", good, "--correction", "sidak"}).exit_code, 2);
}

TEST_F(DriftCompare, ReadsAFileByAnyNameAndNoPipe) {
  const std::string good = file("good", numbers("x", 0, 20));
  const auto piped = [&](const std::string& script) {
    const auto result = run_process({.argv = {"/bin/bash", "-c", script, DROVER_BIN_DIR "/drover", good}});
    EXPECT_TRUE(result) << result.error().text();
    return *result;
  };
  const std::string rows[] = {"cat \"$1\" | \"$0\" drift compare --reference \"$1\" --current -",
                              "\"$0\" drift compare --reference <(cat \"$1\") --current \"$1\""};
  for (const std::string& script : rows) {
    const ProcessResult refused = piped(script);
    EXPECT_EQ(refused.exit_code, 2) << script;
    EXPECT_THAT(refused.err,
                HasSubstr("compare reads each table more than once and needs a file, not a pipe"));
  }
  EXPECT_EQ(piped("\"$0\" drift compare --reference \"$1\" --current - < \"$1\"").exit_code, 0);
}

TEST_F(DriftCompare, TakesAnEmptyLineForNoRow) {
  const json x = compared("x\n1\n\n2\n\"\"\n \n", numbers("x", 0, 3))["columns"]["x"];
  EXPECT_EQ(x["n_reference"], 2);
  EXPECT_EQ(x["missing_reference"], 2) << "quotes around nothing, and a blank";
}

TEST_F(DriftCompare, WritesAReportThatEscapesWhatFilesSay) {
  const std::string hostile = "\"<script>alert('x')</script>&\"";
  const std::string reference = hostile + ",kind\n" + [] {
    std::string rows;
    for (int i = 0; i < 50; ++i) rows += std::to_string(i) + ",<b>" + (i % 2 == 0 ? "a" : "b") + "\n";
    return rows;
  }();
  const std::string html = (directory_ / "report.html").string();
  const ProcessResult result = drover({"--reference", file("a", reference), "--current",
                                       file("b", reference + "900,\"<img src=x>\"\n"), "--html", html});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("report: " + html));
  const std::string page = text_of(html);
  for (const char* raw : {"<script", "<b>", "<img", "http://", "https://"})
    EXPECT_THAT(page, Not(HasSubstr(raw))) << raw;
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;"));
  EXPECT_THAT(page, HasSubstr("<title>Histograms of "));
  EXPECT_THAT(page, HasSubstr("<title>Categories of kind</title>"));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme:dark"));
}

TEST_F(DriftCompare, ShowsATableForPeople) {
  const ProcessResult result =
      drover({"--reference", file("a", numbers("x", 0, 100)), "--current", file("b", numbers("x", 30, 100))});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("verdict  column"));
  EXPECT_THAT(result.out, HasSubstr("drifted  x      numeric"));
  EXPECT_THAT(result.out, HasSubstr("x: KS D = 0.3, exact p = "));
}

}  // namespace
}  // namespace drover::cli
