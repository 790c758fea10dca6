// What the encoder writes, read back from real databases.
#include <gtest/gtest.h>

#include "sink/influx.h"
#include "sink/line_protocol.h"
#include "sink/test_database.h"

namespace drover::sink {
namespace {

using Kind = TestDatabase::Kind;

WriteAnswer write(const InfluxTarget& target, const std::string& lines) {
  return read_answer(net::make_curl_client({})->perform(write_request(target, lines).value()));
}

Point odd_point() {
  return {.measurement = "inference",
          .tags = {{"device", "cam, 1=a b"}, {"feature", "edge \"x\" \\ y"}},
          .fields = {{"count", std::int64_t{600}}, {"note", std::string("a \"b\\ c\"")}, {"mean conf", 0.25}},
          .time_ns = 1767225600000000001};
}

TEST(RealDatabase, InfluxDbReadsBackWhatWasWritten) {
  if (!TestDatabase::is_installed(Kind::influxdb))
    GTEST_SKIP() << "influxd is not installed (Debian package influxdb)";
  const TestDatabase database(Kind::influxdb);
  const InfluxTarget target{.url = database.url(), .database = "drover"};
  std::string lines;
  append_line(lines, odd_point());
  const WriteAnswer before = write(target, lines);
  EXPECT_EQ(before.written, Written::later) << "a database that is not there yet may be made: " << before.why;
  database.query("CREATE%20DATABASE%20drover", "POST");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(write(target, lines).written, Written::taken);
  const auto found = database.query("SELECT%20*%20FROM%20inference&epoch=ns");
  const auto& series = found["results"][0]["series"][0];
  ASSERT_EQ(series["values"].size(), 1u) << "a replay overwrites: " << found;
  const std::map<std::string, nlohmann::json> expected = {
      {"time", 1767225600000000001}, {"count", 600},          {"device", "cam, 1=a b"},
      {"mean conf", 0.25},           {"note", "a \"b\\ c\""}, {"feature", "edge \"x\" \\ y"}};
  for (std::size_t i = 0; i < series["columns"].size(); ++i)
    EXPECT_EQ(series["values"][0][i], expected.at(series["columns"][i])) << series["columns"][i];
}

TEST(RealDatabase, InfluxDbRefusesABadBatchForGood) {
  if (!TestDatabase::is_installed(Kind::influxdb))
    GTEST_SKIP() << "influxd is not installed (Debian package influxdb)";
  const TestDatabase database(Kind::influxdb);
  const InfluxTarget target{.url = database.url(), .database = "drover"};
  database.query("CREATE%20DATABASE%20drover", "POST");
  EXPECT_EQ(write(target, "m x=1i 1\n").written, Written::taken);
  const WriteAnswer conflict = write(target, "m x=\"text\" 2\nm x=3i 3\n");
  EXPECT_EQ(conflict.written, Written::bad) << conflict.why;
  EXPECT_NE(conflict.why.find("field type conflict"), std::string::npos) << conflict.why;
}

TEST(RealDatabase, VictoriaMetricsTakesBothApis) {
  if (!TestDatabase::is_installed(Kind::victoria_metrics))
    GTEST_SKIP() << "victoria-metrics is not installed (Debian package victoria-metrics)";
  const TestDatabase database(Kind::victoria_metrics);
  const InfluxTarget v1{.url = database.url(), .database = "drover"};
  const InfluxTarget v2{.url = database.url(), .org = "fleet", .bucket = "drover"};
  std::string lines;
  append_line(lines, {.measurement = "inference",
                      .tags = {{"device", "cam 1"}, {"model", "defect"}},
                      .fields = {{"confidence_mean", 0.25}},
                      .time_ns = 1767225600000000000});
  for (const InfluxTarget& target : {v1, v2}) {
    const WriteAnswer answer = write(target, lines);
    EXPECT_EQ(answer.written, Written::taken) << answer.why;
  }
  database.ask("/internal/force_flush");
  const auto exported = database.ask("/api/v1/export?match[]=%7B__name__%3D~%22inference.*%22%7D");
  EXPECT_NE(exported.second.find("\"__name__\":\"inference_confidence_mean\""), std::string::npos)
      << exported.second;
  EXPECT_NE(exported.second.find("\"device\":\"cam 1\""), std::string::npos) << exported.second;
}

}  // namespace
}  // namespace drover::sink
