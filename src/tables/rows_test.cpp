#include "tables/rows.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "tables/samples.h"

namespace drover::tables {
namespace {

struct Read {
  Header header;
  std::vector<std::vector<double>> rows;
};

Result<Read> read(ByteView file, std::size_t piece = 1 << 20, const RowLimits& limits = {}) {
  Read got;
  RowReader reader([&](const Header& header) { return got.header = header, Status(); },
                   [&](const Row& row) -> Status {
                     std::vector<double>& values = got.rows.emplace_back();
                     for (std::size_t i = 0; i < got.header.names.size(); ++i)
                       values.push_back(row.number(i).value_or(-1));
                     return {};
                   },
                   limits);
  for (std::size_t at = 0; at < file.size(); at += piece)
    DROVER_TRY(reader.feed(file.subspan(at, std::min(piece, file.size() - at))));
  DROVER_TRY(reader.finish());
  return got;
}

Result<Read> read(std::string_view csv) { return read(as_bytes(csv)); }

Bytes npy(std::string_view descr, bool fortran, std::string_view shape, std::string_view data) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}\n", descr,
                                   fortran ? "True" : "False", shape);
  std::string file = "\x93NUMPY";
  file += {1, 0, static_cast<char>(header.size()), 0};
  file += header + std::string(data);
  return {file.begin(), file.end()};
}

TEST(Rows, OfACsvWithByteOrderMarkQuotesAndCrlf) {
  const auto got = read("\xEF\xBB\xBF\"a\",b\r\n\"1\", 2 \r\n,x\r\n");
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_TRUE(got->header.named);
  EXPECT_EQ(got->header.names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(got->rows, (std::vector<std::vector<double>>{{1, 2}, {-1, -1}}));
}

TEST(Rows, OfArraysInEveryLayout) {
  const std::vector<std::vector<double>> expected = {{1, 2}, {3, 4}, {5, 6}};
  const Bytes files[] = {
      npy("|u1", false, "(3, 2)", "\1\2\3\4\5\6"),
      npy("|u1", true, "(3, 2)", "\1\3\5\2\4\6"),
      npy(">i2", false, "(3, 2)", std::string_view("\0\1\0\2\0\3\0\4\0\5\0\6", 12)),
      npy(">i2", true, "(3, 2)", std::string_view("\0\1\0\3\0\5\0\2\0\4\0\6", 12)),
  };
  for (const Bytes& file : files)
    for (const std::size_t piece : {1u, 5u, 1000u}) {
      const auto got = read(file, piece);
      ASSERT_TRUE(got) << got.error().text();
      EXPECT_FALSE(got->header.named);
      EXPECT_EQ(got->header.names, (std::vector<std::string>{"c0", "c1"}));
      EXPECT_EQ(got->rows, expected);
    }
  EXPECT_EQ(read(npy("|u1", false, "(2,)", "\7\x08"))->rows, (std::vector<std::vector<double>>{{7}, {8}}));
}

TEST(Rows, RefusalsNameThePlace) {
  const std::pair<Bytes, std::string_view> rows[] = {
      {npy("|u1", false, "(2,)", "\7"), "the array of (2,) ends in row 2 of 2"},
      {npy("|u1", false, "(1,)", "\7\7"), "more bytes after the array's 1 rows"},
      {npy("|u1", false, "(1, 1, 1)", "\7"),
       "an array of shape (1, 1, 1); a table has one dimension (one column) or two (rows, columns)"},
      {npy("|u1", false, "()", "\7"),
       "an array of shape (); a table has one dimension (one column) or two (rows, columns)"},
      {npy("|u1", false, "(1, 0)", ""), "an array of 0 columns, 1 to 1024 allowed"},
      {npy("|u1", true, "(2, 2)", "\7"), "(2, 2) of uint8 needs 4 bytes, the file has 1"},
  };
  for (const auto& [file, words] : rows) {
    const auto got = read(file);
    ASSERT_FALSE(got) << words;
    EXPECT_EQ(got.error().text(), words);
  }
  EXPECT_EQ(read("").error().text(), "the table is empty; a CSV's first line names the columns");
  EXPECT_EQ(read(as_bytes("\x93NUMPY")).error().text(), "the .npy header is cut short");
  EXPECT_EQ(read("a,a\n").error().code, Code::bad_table);
  RowLimits tight;
  tight.npy_held_bytes_max = 64;
  EXPECT_EQ(read(npy("|u1", true, "(2, 2)", "\1\2\3\4"), 1, tight).error().code, Code::too_large);
}

Result<Samples> samples(std::string_view csv, const std::set<std::string>& categorical = {},
                        const SampleLimits& limits = {}) {
  SampleReader reader(
      [&](const Header& header, std::size_t i) {
        if (header.names[i] == "skipped") return ReadAs::skip;
        return categorical.contains(header.names[i]) ? ReadAs::categories : ReadAs::numbers;
      },
      limits);
  DROVER_TRY(reader.feed(as_bytes(csv)));
  return reader.finish();
}

TEST(Samples, CountMissingNanAndCategoriesApart) {
  const auto got = samples("x,kind,skipped,mixed\n1,a,1,1\n,b,2,2\nnan,,3,no\ninf,a,4,5\n", {"kind"});
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->rows, 4u);
  ASSERT_EQ(got->columns.size(), 3u);
  const SampleColumn &x = got->columns[0], &kind = got->columns[1], &mixed = got->columns[2];
  EXPECT_EQ(x.numbers, (std::vector<double>{1, INFINITY}));
  EXPECT_EQ(x.missing, 1u);
  EXPECT_EQ(x.nan, 1u);
  EXPECT_EQ(kind.counts, (std::map<std::string, std::uint64_t>{{"a", 2}, {"b", 1}}));
  EXPECT_EQ(kind.missing, 1u);
  EXPECT_EQ(mixed.not_a_number, "line 4, column 8: \"no\"");
}

TEST(Samples, LimitsNameTheColumn) {
  SampleLimits tight;
  tight.values_max = 2;
  tight.categories_max = 1;
  tight.category_bytes_max = 2;
  EXPECT_EQ(samples("x\n1\n2\n3\n", {}, tight).error().text(),
            "column \"x\", line 4, column 1: more than 2 values in all; name fewer columns");
  EXPECT_EQ(samples("k\na\nb\n", {"k"}, tight).error().code, Code::too_many);
  EXPECT_EQ(samples("k\nabc\n", {"k"}, tight).error().code, Code::too_large);
}

RC_GTEST_PROP(RowsProperty, AnArrayIsTheSameInAnyPieces, ()) {
  const auto columns = *rc::gen::inRange<std::int64_t>(1, 5), count = *rc::gen::inRange<std::int64_t>(0, 6);
  std::vector<float> values;
  for (std::int64_t i = 0; i < columns * count; ++i)
    values.push_back(static_cast<float>(*rc::gen::arbitrary<int>()));
  const auto got =
      read(write_npy(tensor_of(values, {count, columns})), *rc::gen::inRange<std::size_t>(1, 40));
  RC_ASSERT(got.has_value());
  std::vector<float> all;
  for (const auto& row : got->rows)
    for (const double value : row) all.push_back(static_cast<float>(value));
  RC_ASSERT(all == values);
}

}  // namespace
}  // namespace drover::tables
