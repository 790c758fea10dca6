#include <gtest/gtest.h>

#include "shadow/answers.h"
#include "shadow/document.h"
#include "shadow/merge.h"

namespace drover::shadow {
namespace {

UnixTime at(std::int64_t seconds) { return UnixTime(std::chrono::seconds(seconds)); }

Outcome<Document> updated(const Document& before, std::string_view body, UnixTime now = at(100),
                          const Limits& limits = {}) {
  const Outcome<Update> update = parse_update(body, limits);
  if (!update) return std::unexpected(update.error());
  return apply(before, *update, now, limits);
}

Document document_of(std::string_view desired, std::string_view reported) {
  Document document;
  document.desired = json::parse(desired);
  document.reported = json::parse(reported);
  document.desired_metadata = metadata_for(document.desired, at(1));
  document.reported_metadata = metadata_for(document.reported, at(1));
  document.version = 1;
  return document;
}

struct MergeRow {
  std::string before, change, after;
};

TEST(Shadow, MergesAsTheTableSays) {
  const MergeRow rows[] = {
      {"{}", R"({"a":1})", R"({"a":1})"},
      {R"({"a":1,"b":2})", R"({"a":3})", R"({"a":3,"b":2})"},
      {R"({"a":1,"b":2})", R"({"a":null})", R"({"b":2})"},
      {R"({"a":{"x":1,"y":2}})", R"({"a":{"y":3,"z":4}})", R"({"a":{"x":1,"y":3,"z":4}})"},
      {R"({"a":{"x":1,"y":2}})", R"({"a":{"x":null}})", R"({"a":{"y":2}})"},
      {R"({"a":{"x":1}})", R"({"a":5})", R"({"a":5})"},
      {R"({"a":5})", R"({"a":{"x":1}})", R"({"a":{"x":1}})"},
      {R"({"a":[1,2,3]})", R"({"a":[4]})", R"({"a":[4]})"},
      {R"({"a":{"x":1}})", R"({"a":[{"x":2}]})", R"({"a":[{"x":2}]})"},
      {"{}", R"({"a":{"x":null,"y":1}})", R"({"a":{"y":1}})"},
      {R"({"a":1})", "{}", R"({"a":1})"},
      {R"({"a":1})", "null", "{}"},
      {R"({"a":1})", R"({"missing":null})", R"({"a":1})"},
  };
  for (const auto& [before, change, after] : rows) {
    for (const char* section : {"desired", "reported"}) {
      const auto result = updated(document_of(before, before),
                                  std::string(R"({"state":{")") + section + "\":" + change + "}}");
      ASSERT_TRUE(result) << result.error().message;
      const bool is_desired = section == std::string("desired");
      EXPECT_EQ(is_desired ? result->desired : result->reported, json::parse(after))
          << before << " + " << change;
      EXPECT_EQ(is_desired ? result->reported : result->desired, json::parse(before)) << "the other section";
    }
  }
}

TEST(Shadow, GivesTheDeltaAsTheTableSays) {
  const MergeRow rows[] = {
      // desired, reported, delta
      {R"({"a":1})", R"({"a":1})", "{}"},
      {R"({"a":1})", R"({"a":1.0})", "{}"},
      {R"({"a":1})", "{}", R"({"a":1})"},
      {R"({"a":1})", R"({"a":2})", R"({"a":1})"},
      {"{}", R"({"a":2})", "{}"},
      {R"({"a":{"x":1,"y":2}})", R"({"a":{"x":1,"y":3}})", R"({"a":{"y":2}})"},
      {R"({"a":{"x":1}})", R"({"a":5})", R"({"a":{"x":1}})"},
      {R"({"a":5})", R"({"a":{"x":1}})", R"({"a":5})"},
      {R"({"a":[1,2]})", R"({"a":[1,3]})", R"({"a":[1,2]})"},
      {R"({"a":[1,2]})", R"({"a":[1.0,2]})", "{}"},
      {R"({"a":{}})", "{}", "{}"},
      {R"({"a":"1"})", R"({"a":1})", R"({"a":"1"})"},
  };
  for (const auto& [desired, reported, expected] : rows)
    EXPECT_EQ(delta(document_of(desired, reported)), json::parse(expected))
        << desired << " against " << reported;
}

TEST(Shadow, RefusesWithTheServicesOwnWords) {
  const std::string deep = R"({"state":{"desired":{"1":{"2":{"3":{"4":{"5":{"6":{"7":1}}}}}}}}})";
  const std::string very_deep =
      R"({"state":{"desired":)" + std::string(200, '[') + std::string(200, ']') + "}}";
  const std::pair<std::string, Rejection> rows[] = {
      {"", {400, "Invalid JSON"}},
      {"{", {400, "Invalid JSON"}},
      {"[]", {400, "Invalid JSON"}},
      {R"({"state":{}} x)", {400, "Invalid JSON"}},
      {R"({"state":{},"state":{}})", {400, "Invalid JSON"}},
      {"{}", {400, "Missing required node: state"}},
      {R"({"state":1})", {400, "State node must be an object"}},
      {R"({"state":null})", {400, "State node must be an object"}},
      {R"({"state":{"desired":1}})", {400, "Desired node must be an object"}},
      {R"({"state":{"desired":[]}})", {400, "Desired node must be an object"}},
      {R"({"state":{"reported":"x"}})", {400, "Reported node must be an object"}},
      {R"({"state":{"other":{}}})", {400, "State contains an invalid node"}},
      {R"({"state":{"desired":{"a":[1,null]}}})", {400, "State contains an invalid node"}},
      {R"({"state":{"desired":{"a":[{"b":null}]}}})", {400, "State contains an invalid node"}},
      {R"({"state":{},"version":"1"})", {400, "Invalid version"}},
      {R"({"state":{},"version":-1})", {400, "Invalid version"}},
      {R"({"state":{},"version":1.5})", {400, "Invalid version"}},
      {R"({"state":{},"clientToken":1})", {400, "Invalid clientToken"}},
      {R"({"state":{},"clientToken":")" + std::string(65, 'x') + "\"}", {400, "Invalid clientToken"}},
      {deep, {400, "JSON contains too many levels of nesting; maximum is 6"}},
      {very_deep, {400, "Desired node must be an object"}},
      {"{\"state\":{\"desired\":{\"a\":\"\xff\"}}}",
       {415, "Unsupported documented encoding; supported encoding is UTF-8"}},
      {R"({"state":{"desired":{"a":")" + std::string(9000, 'x') + "\"}}}",
       {413, "The payload exceeds the maximum size allowed"}},
      {std::string(100'000, ' '), {413, "The payload exceeds the maximum size allowed"}},
      {R"({"state":{},"version":7})", {409, "Version conflict"}},
  };
  for (const auto& [body, rejection] : rows) {
    const auto result = updated(document_of("{}", "{}"), body);
    ASSERT_FALSE(result) << body.substr(0, 80);
    if (body == very_deep) {
      EXPECT_EQ(result.error().message, "JSON contains too many levels of nesting; maximum is 6");
    } else {
      EXPECT_EQ(result.error(), rejection) << body.substr(0, 80) << ": " << result.error().message;
    }
  }
}

TEST(Shadow, AcceptsWhatStandsAtTheLimits) {
  EXPECT_TRUE(updated({}, R"({"state":{"desired":{"1":{"2":{"3":{"4":{"5":{"6":1}}}}}}}})"));
  EXPECT_TRUE(updated({}, R"({"state":{"desired":{"1":{"2":{"3":{"4":{"5":{"6":[1,2]}}}}}}}})"));
  const std::string token(64, 't');
  EXPECT_TRUE(updated({}, R"({"state":{},"clientToken":")" + token + "\"}"));
  const std::string value(8192 - std::string(R"({"a":""})").size(), 'x');
  EXPECT_TRUE(updated({}, R"({"state":{"desired":{"a":")" + value + "\"}}}"));
  EXPECT_FALSE(updated({}, R"({"state":{"desired":{"a":")" + value + "x\"}}}"));
}

TEST(Shadow, CountsTheSizeAfterTheMergeOverBothSections) {
  const std::string half(5000, 'x');
  const auto first = updated({}, R"({"state":{"desired":{"a":")" + half + "\"}}}");
  ASSERT_TRUE(first);
  EXPECT_EQ(updated(*first, R"({"state":{"reported":{"a":")" + half + "\"}}}").error().code, 413);
  EXPECT_TRUE(updated(*first, R"({"state":{"desired":null,"reported":{"a":")" + half + "\"}}}"));
}

TEST(Shadow, VersionGrowsWithEveryUpdateAndDesiredVersionOnlyWithDesired) {
  Document document = *updated({}, R"({"state":{"desired":{"a":1}}})");
  EXPECT_EQ(document.version, 1u);
  EXPECT_EQ(document.desired_version, 1u);
  document = *updated(document, R"({"state":{"reported":{"a":1}}})");
  EXPECT_EQ(document.version, 2u);
  EXPECT_EQ(document.desired_version, 1u);
  document = *updated(document, R"({"state":{"desired":{"a":1}}})");
  EXPECT_EQ(document.desired_version, 1u) << "the same content wakes nobody";
  document = *updated(document, R"({"state":{"desired":{"a":null}},"version":3})");
  EXPECT_EQ(document.version, 4u);
  EXPECT_EQ(document.desired_version, 4u);
}

TEST(Shadow, StampsEachLeafAndEachElementOfAnArray) {
  Document document = *updated({}, R"({"state":{"desired":{"a":1,"b":{"c":[1,{"d":2}]}}}})", at(100));
  document = *updated(document, R"({"state":{"desired":{"a":2}}})", at(200));
  EXPECT_EQ(document.desired_metadata, json::parse(R"({"a":{"timestamp":200},
      "b":{"c":[{"timestamp":100},{"d":{"timestamp":100}}]}})"));
}

TEST(Shadow, AnswersAnUpdateWithItsOwnFields) {
  const Document before = *updated({}, R"({"state":{"desired":{"a":1},"reported":{"z":1}}})", at(100));
  const Update update = *parse_update(R"({"state":{"reported":{"a":2,"z":null}},"clientToken":"t"})");
  const Document after = *apply(before, update, at(200));
  EXPECT_EQ(accepted_answer(after, update), json::parse(R"({"state":{"reported":{"a":2,"z":null}},
      "metadata":{"reported":{"a":{"timestamp":200}}},"version":2,"timestamp":200,"clientToken":"t"})"));
  EXPECT_EQ(get_answer(after, at(300)), json::parse(R"({
      "state":{"desired":{"a":1},"reported":{"a":2},"delta":{"a":1}},
      "metadata":{"desired":{"a":{"timestamp":100}},"reported":{"a":{"timestamp":200}}},
      "version":2,"timestamp":300})"));
  EXPECT_EQ(delta_event(after, at(300), "t"),
            json::parse(R"({"state":{"a":1},"metadata":{"a":{"timestamp":100}},
      "version":2,"timestamp":300,"clientToken":"t"})"));
  EXPECT_EQ(documents_event(before, after)["previous"]["state"]["reported"], json::parse(R"({"z":1})"));
}

TEST(Shadow, TellsNoDeltaWhenTheSectionsAgree) {
  const Document document = *updated({}, R"({"state":{"desired":{"a":1},"reported":{"a":1}}})");
  EXPECT_FALSE(delta_event(document, at(1)));
  EXPECT_FALSE(get_answer(document, at(1))["state"].contains("delta"));
}

TEST(Shadow, ADeletedShadowGoesOnCountingForTwoDays) {
  const Document document = *updated({}, R"({"state":{"desired":{"a":1}}})", at(1000));
  const Document deleted = *erase(document, "cam", at(1000));
  EXPECT_FALSE(deleted.exists());
  EXPECT_EQ(erase(deleted, "cam", at(1000)).error(), (Rejection{404, "No shadow exists with name: cam"}));
  EXPECT_EQ(updated(deleted, R"({"state":{}})", at(1000 + 47 * 3600))->version, 2u);
  EXPECT_EQ(updated(deleted, R"({"state":{}})", at(1000 + 49 * 3600))->version, 1u);
}

TEST(Shadow, ComesBackFromStorageAsItWas) {
  Document document = *updated({}, R"({"state":{"desired":{"a":[1,"x"]},"reported":{"b":1.5}}})");
  EXPECT_EQ(to_json(*from_json(to_json(document))), to_json(document));
  document = *erase(document, "cam", at(5));
  EXPECT_EQ(from_json(to_json(document))->deleted_at, at(5));
  EXPECT_EQ(from_json(json::parse(R"({"desired":1})")).error().code, Code::bad_record);
}

}  // namespace
}  // namespace drover::shadow
