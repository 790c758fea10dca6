#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/ids.h"

namespace drover {
namespace {

TEST(Errors, EveryCodeStandsInTheDocumentWithItsMeaning) {
  std::ifstream file(DROVER_SOURCE_DIR "/docs/formats/errors.md");
  std::stringstream text;
  text << file.rdbuf();
  ASSERT_FALSE(text.str().empty()) << "docs/formats/errors.md is missing";
#define X(code, group, what)                                                                            \
  EXPECT_NE(text.str().find(fmt::format("| `{}` | {} | {} |", #code, #group, what)), std::string::npos) \
      << #code;
#include "base/error_codes.def"
#undef X
}

TEST(Errors, AContextGrowsOutwards) {
  const auto inner = []() -> Result<int> { return fail(Code::bad_json, "line 3"); };
  const Result<int> outer = inner().in("manifest.json").in("a.drover");
  EXPECT_EQ(outer.error().text(), "a.drover: manifest.json: line 3");
}

TEST(Errors, TryReturnsTheErrorAndTakesTheValue) {
  const auto twice = [](Result<int> given) -> Result<int> { return 2 * DROVER_TRY(given); };
  EXPECT_EQ(*twice(21), 42);
  EXPECT_EQ(twice(fail(Code::not_found, "x")).error().code, Code::not_found);
}

TEST(Digest, MatchesFips180Example) {
  EXPECT_EQ(sha256("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 pieces;
  pieces.update(as_bytes("a"));
  pieces.update(as_bytes("bc"));
  EXPECT_EQ(pieces.finish(), sha256("abc"));
  EXPECT_EQ(pieces.finish(), sha256(""));
  EXPECT_EQ(*parse_digest(sha256("abc").hex()), sha256("abc"));
  EXPECT_FALSE(parse_digest("zz").has_value());
}

TEST(CanonicalJson, SortsKeysEscapesTwoCharactersAndRefusesFloats) {
  const auto value = nlohmann::json::parse(R"({"b":[1,true,null],"a":"x\"\\\n\u00e9"})");
  EXPECT_EQ(*canonical_json(value), "{\"a\":\"x\\\"\\\\\n\u00e9\",\"b\":[1,true,null]}");
  EXPECT_EQ(canonical_json(nlohmann::json(1.5)).error().code, Code::bad_json);
}

TEST(Json, RefusesWhatTwoReadersCouldReadDifferently) {
  EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":{"a":2}})").has_value());
  for (std::string_view bad :
       {R"({"a":1,"a":2})", R"([{"x":{"a":1,"a":2}}])", "\xEF\xBB\xBF{}", "{} {}", "{", "\"\xff\"", ""})
    EXPECT_EQ(parse_json(bad).error().code, Code::bad_json) << bad;
  EXPECT_EQ(parse_json("{\n \"a\": nope}").error().message, "line 2, column 8: not valid JSON");
}

TEST(Json, RefusesDepthAndSizeBeforeBuildingAnything) {
  EXPECT_EQ(parse_json(std::string(500'000, '[')).error().code, Code::bad_json);
  EXPECT_EQ(parse_json("[1,2,3]", {.bytes_max = 6}).error().code, Code::too_large);
  EXPECT_TRUE(parse_json("[[\"]]]]{{{\"]]", {.depth_max = 2}).has_value());
}

TEST(Version, OrdersAsTheSpecificationsExample) {
  const std::vector<std::string> ordered = {"1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
                                            "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",       "1.0.0",
                                            "1.2.0",        "1.10.0"};
  for (std::size_t i = 0; i < ordered.size(); ++i)
    for (std::size_t j = 0; j < ordered.size(); ++j)
      EXPECT_EQ(*Version::parse(ordered[i]) <=> *Version::parse(ordered[j]), i <=> j)
          << ordered[i] << " " << ordered[j];
}

TEST(Version, RefusesWhatIsNotOne) {
  for (std::string_view bad :
       {"1", "1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3+b", "", "1.2.x"})
    EXPECT_FALSE(Version::parse(bad).has_value()) << bad;
}

TEST(Names, RefuseWhatCouldLeaveAPath) {
  EXPECT_TRUE(ModelName::parse("defect").has_value());
  for (const std::string& bad : std::vector<std::string>{"", ".", "..", "a/b", "A", "a b", "-a", {"a\0b", 3}})
    EXPECT_FALSE(ModelName::parse(bad).has_value()) << bad;
  EXPECT_TRUE(DeviceId::parse("Edge-Pi:001").has_value());
  EXPECT_FALSE(DeviceId::parse("a/b").has_value());
}

TEST(Time, FormatsAndParsesBothWays) {
  for (std::string_view text :
       {"1970-01-01T00:00:00Z", "2026-02-28T23:59:59Z", "2100-01-01T00:00:00Z", "9999-12-31T23:59:59Z"})
    EXPECT_EQ(format_time(*parse_time(text)), text);
  for (std::string_view bad : {"2026-02-30T00:00:00Z", "2026-01-01", "2026-01-01T24:00:00Z",
                               "2026-01-01T00:00:00+01", "9999-12-31T23:59:60Z"})
    EXPECT_FALSE(parse_time(bad).has_value()) << bad;
}

TEST(Time, DurationsHaveUnits) {
  EXPECT_EQ(parse_duration("250ms")->count(), 250);
  EXPECT_EQ(parse_duration("5m")->count(), 300'000);
  EXPECT_EQ(parse_duration("7d")->count(), 604'800'000);
  for (std::string_view bad : {"5", "m", "-1s", "1w", "", "1e99d"})
    EXPECT_FALSE(parse_duration(bad).has_value()) << bad;
}

}  // namespace
}  // namespace drover
