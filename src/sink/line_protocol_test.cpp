#include "sink/line_protocol.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <optional>

namespace drover::sink {
namespace {

std::string line(const Point& point) {
  std::string lines;
  append_line(lines, point);
  return lines;
}

TEST(LineProtocol, WritesTheLineThatTheDesignShows) {
  EXPECT_EQ(
      line({.measurement = "inference",
            .tags = {{"device", "edge-pi-001"}, {"model", "defect"}, {"version", "1.1.0"}},
            .fields = {{"confidence_mean", 0.91},
                       {"confidence_p10", 0.71},
                       {"latency_p50_ms", 3.1},
                       {"latency_p95_ms", 4.0},
                       {"error_rate", 0.0},
                       {"count", std::int64_t{600}}},
            .time_ns = 1767225600000000000}),
      "inference,device=edge-pi-001,model=defect,version=1.1.0 confidence_mean=0.91,confidence_p10=0.71,"
      "latency_p50_ms=3.1,latency_p95_ms=4,error_rate=0,count=600i 1767225600000000000\n");
}

TEST(LineProtocol, EscapesWhatWouldSeparate) {
  EXPECT_EQ(
      line({.measurement = "a b,c=d",
            .tags = {{"k =,", "v \\=,\n"}, {"empty", ""}, {"end", "x\\\\"}},
            .fields = {{"f ,=", std::string("say \"a\\b\"\n")}, {"on", true}},
            .time_ns = -1}),
      "a\\ b\\,c=d,k\\ \\=\\,=v\\ \\\\=\\,\\n,end=x f\\ \\,\\==\"say \\\"a\\\\b\\\"\\\\n\",on=true -1\n");
}

TEST(LineProtocol, LeavesOutWhatIsNoNumber) {
  const double nan = std::nan(""), infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(line({.measurement = "m", .fields = {{"a", nan}, {"b", 1e-300}, {"c", infinite}}}),
            "m b=1e-300 0\n");
  std::string lines = "before\n";
  EXPECT_FALSE(append_line(lines, {.measurement = "m", .fields = {{"a", nan}}}));
  EXPECT_EQ(lines, "before\n");
}

/// Reads a line as InfluxDB does: a backslash before a separator makes it a part of the name.
struct Read {
  std::string measurement;
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string time;
};

std::string take(std::string_view& text, std::string_view until, std::string_view specials) {
  std::string taken;
  while (!text.empty() && until.find(text.front()) == std::string_view::npos) {
    if (text.front() == '\\' && text.size() > 1 && specials.find(text[1]) != std::string_view::npos)
      text.remove_prefix(1);
    taken += text.front();
    text.remove_prefix(1);
  }
  return taken;
}

char next(std::string_view& text) {
  const char c = text.empty() ? '\0' : text.front();
  text.remove_prefix(std::min<std::size_t>(1, text.size()));
  return c;
}

std::string take_value(std::string_view& text) {
  if (text.empty() || text.front() != '"') return take(text, ", ", "");
  std::string taken;
  next(text);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\') next(text);
    taken += next(text);
  }
  next(text);
  return taken;
}

Read read(std::string_view text) {
  Read read;
  read.measurement = take(text, ", ", ", ");
  while (next(text) == ',') {
    std::string name = take(text, "=", ",= ");
    next(text);
    read.tags.emplace_back(std::move(name), take(text, ", ", ",= "));
  }
  do {
    std::string name = take(text, "=", ",= ");
    next(text);
    read.fields.emplace_back(std::move(name), take_value(text));
  } while (next(text) == ',');
  read.time = text;
  return read;
}

/// A text with what is special in it often.
rc::Gen<std::string> texts(bool may_have_backslash) {
  const auto characters = may_have_backslash
                              ? rc::gen::element('a', ' ', ',', '=', '"', '\\', '0', 'i', '\xC3')
                              : rc::gen::element('a', ' ', ',', '=', '"', '0', 'i', 'z', '\xC3');
  return rc::gen::nonEmpty(rc::gen::container<std::string>(characters));
}

RC_GTEST_PROP(LineProtocol, IsReadBackAsItWasMeant, ()) {
  const Point point{
      .measurement = *texts(false),
      .tags = {{*texts(false), *texts(false)}, {*texts(false), *texts(false)}},
      .fields = {{*texts(false), *texts(true)}, {*texts(false), *rc::gen::arbitrary<std::int64_t>()}},
      .time_ns = *rc::gen::arbitrary<std::int64_t>()};
  const std::string text = line(point);
  RC_ASSERT(count_lines(text) == 1U);
  const Read got = read(std::string_view(text).substr(0, text.size() - 1));
  RC_ASSERT(got.measurement == point.measurement);
  RC_ASSERT(got.tags == point.tags);
  RC_ASSERT(got.fields.size() == 2U);
  RC_ASSERT(got.fields[0].first == point.fields[0].first);
  RC_ASSERT(got.fields[0].second == std::get<std::string>(point.fields[0].second));
  RC_ASSERT(got.fields[1].second == std::to_string(std::get<std::int64_t>(point.fields[1].second)) + "i");
  RC_ASSERT(got.time == std::to_string(point.time_ns));
}

RC_GTEST_PROP(LineProtocol, IsOneLineWhateverTheBytes, (const std::string& any)) {
  const std::string text = line({.measurement = "m" + any,
                                 .tags = {{"t" + any, any}},
                                 .fields = {{"f" + any, any}, {"g", std::int64_t{1}}},
                                 .time_ns = 7});
  RC_ASSERT(count_lines(text) == 1U);
  RC_ASSERT(text.ends_with(" 7\n"));
}

}  // namespace
}  // namespace drover::sink
