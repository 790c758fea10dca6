#include "tables/csv.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace drover::tables {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Result<Rows> read(std::string_view csv, std::size_t piece = 1 << 20, const CsvLimits& limits = {}) {
  Rows rows;
  CsvReader reader(
      [&](const CsvRecord& record) {
        rows.push_back(record.fields);
        return Status();
      },
      limits);
  for (std::size_t at = 0; at < csv.size(); at += piece)
    DROVER_TRY(reader.feed(as_bytes(csv.substr(at, piece))));
  DROVER_TRY(reader.finish());
  return rows;
}

TEST(Csv, ReadsWhatRfc4180Allows) {
  const std::pair<std::string_view, Rows> rows[] = {
      {"a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
      {"a,b\r\n1,2", {{"a", "b"}, {"1", "2"}}},
      {"\xEF\xBB\xBF"
       "a\n1\n",
       {{"a"}, {"1"}}},
      {"\"a,1\",\"say \"\"so\"\"\",\"two\nlines\"\n", {{"a,1", "say \"so\"", "two\nlines"}}},
      {"a,b\n\n1,\n\n,2\n", {{"a", "b"}, {"1", ""}, {"", "2"}}},
      {"\"\"\n", {{""}}},
      {"a", {{"a"}}},
      {",", {{"", ""}}},
      {"\xEF\xBB", {{"\xEF\xBB"}}},
      {"", {}},
  };
  for (const auto& [csv, expected] : rows)
    for (const std::size_t piece : {1u, 2u, 1000u}) {
      const auto got = read(csv, piece);
      ASSERT_TRUE(got) << csv << ": " << got.error().text();
      EXPECT_EQ(*got, expected) << csv;
    }
}

TEST(Csv, RefusalsNameLineAndColumn) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"a,b\n1,2,3\n", "line 2: 3 fields, the first line has 2"},
      {"a,b\n1,x\"y\n", "line 2, column 4: a quote inside an unquoted field; double it and quote the field"},
      {"a\n\"x\"y\n", "line 2, column 4: text after a closing quote"},
      {"a\n\"x\ny", "line 2: a quoted field that begins at column 1 does not end"},
      {"a\rb", "line 2, column 1: a carriage return without a line feed"},
      {std::string_view("a\0", 2), "line 1, column 2: a zero byte; this is no CSV"},
  };
  for (const auto& [csv, words] : rows) {
    const auto got = read(csv);
    ASSERT_FALSE(got) << csv;
    EXPECT_EQ(got.error().text(), words);
  }
}

TEST(Csv, LimitsHold) {
  EXPECT_EQ(read("abc\n", 1, {.bytes_max = 3}).error().code, Code::too_large);
  EXPECT_EQ(read("a,b,c\n", 1, {.columns_max = 2}).error().code, Code::too_many);
  EXPECT_EQ(read("a\n1\n2\n3\n", 1, {.rows_max = 2}).error().code, Code::too_many);
  EXPECT_TRUE(read("a\n1\n2\n", 1, {.rows_max = 2}));
  EXPECT_EQ(read("abcd\n", 1, {.field_bytes_max = 3}).error().text(),
            "line 1, column 4: a field of more than 3 bytes");
}

TEST(Csv, AFieldBeyondItsLimitIsRefusedWhereItPassesIt) {
  const std::string field(2 << 20, 'x');
  for (const std::size_t piece : {std::size_t{1} << 12, std::size_t{1} << 30}) {
    EXPECT_EQ(read("a\n1," + field, piece).error().text(),
              "line 2, column 65539: a field of more than 65536 bytes");
    EXPECT_EQ(read("a,\"b\n" + field + "\"\n", piece).error().text(),
              "line 2, column 65535: a field of more than 65536 bytes");
  }
  const std::string most(64 << 10, 'x');
  EXPECT_EQ(*read("a\n" + most + "\n\"" + most + "\"\n"), (Rows{{"a"}, {most}, {most}}));
}

TEST(Columns, AreNumbersOrText) {
  const auto columns =
      read_columns(as_bytes("mean, class ,note\n1.5,good,x\n,bad,2\n-3e2, good,\nNaN,,\ninf,,\n"), {"class"});
  ASSERT_TRUE(columns) << columns.error().text();
  const Column& mean = columns->at(0);
  EXPECT_TRUE(mean.numeric());
  EXPECT_EQ(mean.missing, 1u);
  ASSERT_EQ(mean.numbers.size(), 4u);
  EXPECT_EQ(mean.numbers[1], -300);
  EXPECT_TRUE(std::isnan(mean.numbers[2]));
  EXPECT_TRUE(std::isinf(mean.numbers[3]));
  EXPECT_EQ(columns->at(1).texts, (std::vector<std::string>{"good", "bad", "good"}));
  EXPECT_FALSE(columns->at(2).numeric());
  EXPECT_EQ(columns->at(2).not_a_number, "line 2, column 10: \"x\"");
}

TEST(Columns, NumbersBeyondFloatBecomeInfiniteOrZero) {
  const auto columns = read_columns(as_bytes("x\n1e39\n-1e400\n1e400\n1e-400\n+2\n"));
  EXPECT_EQ(columns->front().numbers, (std::vector<float>{INFINITY, -INFINITY, INFINITY, 0, 2}));
}

TEST(Columns, NamesAreUniqueAndNotEmpty) {
  EXPECT_EQ(read_columns(as_bytes("a,b,a\n")).error().text(),
            "line 1, column 5: \"a\" as a column's name is empty or stands twice");
  EXPECT_FALSE(read_columns(as_bytes("a,,b\n")));
  EXPECT_FALSE(read_columns({}));
}

RC_GTEST_PROP(CsvProperty, WhatIsWrittenComesBackWhateverThePieces, ()) {
  const auto text = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab,\"\r\n 1")));
  const auto width = *rc::gen::inRange<std::size_t>(2, 5);
  const Rows rows = *rc::gen::container<Rows>(rc::gen::container<std::vector<std::string>>(width, text));
  std::string csv;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) csv += (i == 0 ? "" : ",") + csv_field(row[i]);
    csv += "\r\n";
  }
  const auto got = read(csv, *rc::gen::inRange<std::size_t>(1, 9));
  RC_ASSERT(got.has_value());
  RC_ASSERT(*got == rows);
}

}  // namespace
}  // namespace drover::tables
