#include "sink/influx.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "sink/refused_batches.h"
#include "sink/window_points.h"

namespace drover::sink {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Influx, NamesADatabaseOrABucket) {
  const std::pair<InfluxTarget, bool> rows[] = {{{}, true},
                                                {{.url = "http://h:8086", .database = "drover"}, true},
                                                {{.url = "https://h", .org = "o", .bucket = "b"}, true},
                                                {{.url = "https://h", .bucket = "b"}, true},
                                                {{.url = "http://h"}, false},
                                                {{.url = "http://h", .database = "d", .bucket = "b"}, false},
                                                {{.url = "http://h", .org = "o"}, false},
                                                {{.url = "ftp://h", .database = "d"}, false}};
  for (const auto& [target, is_good] : rows)
    EXPECT_EQ(check(target).has_value(), is_good) << target.url << target.database << target.bucket;
}

TEST(Influx, WritesToBothApis) {
  const auto v1 = write_request({.url = "http://h:8086/", .database = "a b"}, "m x=1 1\n").value();
  EXPECT_EQ(v1.url, "http://h:8086/write?db=a%20b&precision=ns");
  EXPECT_EQ(v1.body, "m x=1 1\n");
  EXPECT_EQ(v1.headers.size(), 1u) << "no token was configured";
  const std::string file = testing::TempDir() + "drover-influx-token";
  std::ofstream(file) << "secret\n";
  const auto v2 =
      write_request({.url = "http://h", .org = "o&x", .bucket = "b", .token_file = file}, "").value();
  EXPECT_EQ(v2.url, "http://h/api/v2/write?org=o%26x&bucket=b&precision=ns");
  EXPECT_EQ(v2.headers.back(), (std::pair<std::string, std::string>("authorization", "Token secret")));
  ::unlink(file.c_str());
  EXPECT_EQ(write_request({.url = "http://h", .database = "d", .token_file = file}, "").error().code,
            Code::not_found);
}

net::ClientResponse response(int status, net::Headers headers = {}, std::string body = {}) {
  net::ClientResponse made;
  made.status = status;
  made.headers = std::move(headers);
  made.body = std::move(body);
  return made;
}

TEST(Influx, TellsABadBatchFromABadHour) {
  const std::pair<int, Written> rows[] = {
      {204, Written::taken},   {200, Written::taken}, {400, Written::bad},   {422, Written::bad},
      {413, Written::smaller}, {401, Written::later}, {403, Written::later}, {404, Written::later},
      {429, Written::later},   {500, Written::later}, {503, Written::later}};
  for (const auto& [status, written] : rows)
    EXPECT_EQ(read_answer(response(status)).written, written) << status;
  EXPECT_EQ(read_answer(fail(Code::unreachable, "refused")).written, Written::later);
  const WriteAnswer busy = read_answer(response(503, {{"retry-after", "7"}}, "{\"error\":\"busy\"}\n"));
  EXPECT_EQ(busy.retry_after, seconds(7));
  EXPECT_EQ(busy.why, "503 {\"error\":\"busy\"}");
}

TEST(Influx, WaitsLongerEachTimeUpToAMinute) {
  EXPECT_EQ(retry_delay(1, milliseconds(0)), seconds(1));
  EXPECT_EQ(retry_delay(3, milliseconds(0)), seconds(4));
  EXPECT_EQ(retry_delay(1000, milliseconds(0)), seconds(60));
  EXPECT_EQ(retry_delay(1, seconds(90)), seconds(90)) << "the peer asked for it";
  EXPECT_EQ(retry_delay(1, std::chrono::hours(100)), std::chrono::hours(1));
}

TEST(Influx, AWindowIsAPointAndOneForEachFeatureAtTheDevicesTime) {
  std::string lines;
  append_points(
      lines,
      {.device = "cam-1",
       .model = "defect",
       .version = "1.1.0",
       .end_ms = 1'767'225'600'000,
       .count = 600,
       .confidence_mean = 0.91,
       .confidence_p10 = 0.71,
       .latency_p50_ms = 3.125,
       .latency_p95_ms = 4.5,
       .error_rate = 0.0,
       .drift = {{"confidence", {.ks = 0.5}}, {"edge density", {.ks = 0.02, .psi = 0.01}}, {"x", {}}}});
  EXPECT_EQ(lines,
            "inference,device=cam-1,model=defect,version=1.1.0 confidence_mean=0.91,confidence_p10=0.71,"
            "latency_p50_ms=3.125,latency_p95_ms=4.5,error_rate=0,count=600i 1767225600000000000\n"
            "drift,device=cam-1,model=defect,version=1.1.0,feature=confidence ks=0.5 1767225600000000000\n"
            "drift,device=cam-1,model=defect,version=1.1.0,feature=edge\\ density ks=0.02,psi=0.01 "
            "1767225600000000000\n");
}

TEST(RefusedBatches, KeepsTheNewestAndWhy) {
  std::string pattern = testing::TempDir() + "drover-refused-XXXXXX";
  const fs::Path directory = fs::Path(::mkdtemp(pattern.data())) / "refused";
  fs::FileSystem& files = fs::real_file_system();
  RefusedBatches refused(files, directory);
  for (int i = 1; i <= 20; ++i)
    ASSERT_TRUE(refused.keep("400 bad\ntype", "m x=" + std::to_string(i) + " 1\n"));
  ASSERT_TRUE(fs::write_atomically(files, directory / "note.txt", {}));
  ASSERT_TRUE(refused.keep("400", "last 1\n"));
  const auto names = files.list(directory).value();
  EXPECT_EQ(names.size(), RefusedBatches::kFilesMax + 1) << "and what is not ours is left";
  EXPECT_FALSE(files.info(directory / "5.lines"));
  EXPECT_EQ(as_text(fs::read_file(files, directory / "20.lines", 1000).value()),
            "# 400 bad type\nm x=20 1\n");
  EXPECT_EQ(as_text(fs::read_file(files, directory / "21.lines", 1000).value()), "# 400\nlast 1\n");
  ASSERT_TRUE(fs::remove_tree(files, directory.parent_path()));
}

}  // namespace
}  // namespace drover::sink
