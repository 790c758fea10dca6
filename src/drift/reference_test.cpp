#include "drift/reference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace drover::drift {
namespace {

/// 300 rows of mean, confidence and class; `extra` is a further column with this content.
std::string csv(const std::string& extra = {}) {
  std::string text = "mean,confidence,class" + (extra.empty() ? "" : "," + extra) + "\n";
  for (int i = 0; i < 300; ++i)
    text += fmt::format("{},{},{}{}\n", i, i % 10 == 0 ? "" : "0.9", i % 3 == 0 ? "defect" : "good",
                        extra.empty() ? "" : ",x");
  return text;
}

Result<Baseline> made(const std::string& text, std::uint64_t seed = 1) {
  return make_baseline(DROVER_TRY(tables::read_columns(as_bytes(text), {"class"})), seed);
}

TEST(Reference, ColumnsAreFeaturesButForTheReservedNames) {
  const auto baseline = made(csv());
  ASSERT_TRUE(baseline) << baseline.error().text();
  ASSERT_EQ(baseline->features.size(), 1u);
  EXPECT_EQ(baseline->features.at("mean").count, 300u);
  EXPECT_EQ(baseline->confidence->count, 270u);
  EXPECT_EQ(baseline->confidence->missing, 30u);
  EXPECT_EQ(baseline->classes, (std::map<std::string, std::uint64_t>{{"defect", 100}, {"good", 200}}));
}

TEST(Reference, FeaturesAreCountedByClassToo) {
  std::string rows = "mean,class\n,good\n1,\n";
  for (int i = 0; i < 300; ++i) rows += fmt::format("{},{}\n", i, i < 100 ? "defect" : "good");
  const auto baseline = made(rows);
  ASSERT_TRUE(baseline) << baseline.error().text();
  const auto& defect = baseline->by_class.at("defect")[0];
  const auto& good = baseline->by_class.at("good")[0];
  EXPECT_EQ(std::accumulate(defect.begin(), defect.end(), 0u), 100u);
  EXPECT_EQ(std::accumulate(good.begin(), good.end(), 0u), 200u) << "a row with a gap counts for nothing";
  std::size_t shared = 0;
  for (std::size_t j = 0; j < kBins; ++j) shared += defect[j] > 0 && good[j] > 0 ? 1 : 0;
  EXPECT_LE(shared, 1u) << "the lowest hundred are the defects";
  EXPECT_EQ(*parse_baseline(to_json(*baseline)), *baseline);
}

TEST(Reference, TheSeedAloneDecidesTies) {
  EXPECT_EQ(*made(csv(), 5), *made(csv(), 5));
  EXPECT_NE(*made(csv(), 5), *made(csv(), 6));
}

TEST(Reference, RefusalsNameTheColumn) {
  EXPECT_EQ(made(csv("note")).error().text(),
            "column \"note\": line 2, column 11: \"x\" is no number; leave the column out, or name it "
            "\"class\" when it "
            "is the predicted class");
  EXPECT_EQ(made("mean\n1\n2\n").error().text(),
            "column \"mean\": a baseline needs 200 to 16777216 values, here are 2");
  std::string wide = "f0";
  for (int i = 1; i < 33; ++i) wide += fmt::format(",f{}", i);
  std::string row = "1";
  for (int i = 1; i < 33; ++i) row += ",1";
  for (int i = 0; i < 200; ++i) wide += "\n" + row;
  EXPECT_EQ(made(wide).error().code, Code::too_many);
}

}  // namespace
}  // namespace drover::drift
