#include "base/exposition.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <limits>

#include "base/process.h"

namespace drover {
namespace {

std::string sample_page() {
  Exposition out;
  out.counter("drover_inferences_total", "Inferences by how they ended.");
  out.sample({{"model", "defect"}, {"outcome", "ok"}}, std::uint64_t{18446744073709551615U});
  out.sample({{"model", "defect"}, {"outcome", "failed"}}, std::uint64_t{0});
  out.gauge("drover_unused", "Nothing is known of it.");
  out.gauge("drover_temperature_celsius", "The hottest zone.");
  out.sample({}, 41.5);
  out.histogram("drover_inference_latency_seconds", "How long inferences take.");
  const Exposition::Bucket buckets[] = {{0.001, 2}, {0.002, 5}};
  out.buckets({{"model", "defect"}}, buckets, 0.25, 6);
  out.summary("drover_inference_confidence", "Confidences, added up.");
  out.totals({{"model", "defect"}}, 4.5, 5);
  return out.text();
}

TEST(Exposition, WritesFamiliesOnceAndOnlyThoseWithSamples) {
  EXPECT_EQ(sample_page(), R"(# HELP drover_inferences_total Inferences by how they ended.
# TYPE drover_inferences_total counter
drover_inferences_total{model="defect",outcome="ok"} 18446744073709551615
drover_inferences_total{model="defect",outcome="failed"} 0
# HELP drover_temperature_celsius The hottest zone.
# TYPE drover_temperature_celsius gauge
drover_temperature_celsius 41.5
# HELP drover_inference_latency_seconds How long inferences take.
# TYPE drover_inference_latency_seconds histogram
drover_inference_latency_seconds_bucket{model="defect",le="0.001"} 2
drover_inference_latency_seconds_bucket{model="defect",le="0.002"} 5
drover_inference_latency_seconds_bucket{model="defect",le="+Inf"} 6
drover_inference_latency_seconds_sum{model="defect"} 0.25
drover_inference_latency_seconds_count{model="defect"} 6
# HELP drover_inference_confidence Confidences, added up.
# TYPE drover_inference_confidence summary
drover_inference_confidence_sum{model="defect"} 4.5
drover_inference_confidence_count{model="defect"} 5
)");
}

TEST(Exposition, EscapesWhatWouldEndALine) {
  Exposition out;
  out.gauge("drover_x", "A \\ and\na line.");
  out.sample({{"feature", "a\"b\\c\nd"}}, std::numeric_limits<double>::quiet_NaN());
  out.sample({}, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(out.text(),
            "# HELP drover_x A \\\\ and\\na line.\n# TYPE drover_x gauge\n"
            "drover_x{feature=\"a\\\"b\\\\c\\nd\"} NaN\ndrover_x -Inf\n");
}

TEST(Exposition, IsWhatPrometheusOwnReaderTakes) {
  const char* promtool = "/usr/bin/promtool";
  if (::access(promtool, X_OK) != 0) GTEST_SKIP() << "promtool is not installed (Debian package prometheus)";
  const std::string file = testing::TempDir() + "drover-exposition.txt";
  std::ofstream(file) << sample_page();
  const auto checked = run_process({.argv = {"/bin/sh", "-c", "/usr/bin/promtool check metrics < " + file}});
  ASSERT_TRUE(checked) << checked.error().text();
  EXPECT_EQ(checked->exit_code, 0) << checked->out << checked->err;
}

}  // namespace
}  // namespace drover
