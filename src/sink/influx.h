#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "net/http.h"

namespace drover::sink {

/// Where points go: InfluxDB 1.x or what speaks like it (`database`), or 2.x and VictoriaMetrics (`org` and
/// `bucket`).
struct InfluxTarget {
  std::string url = {};  // "http://127.0.0.1:8086"; empty: nowhere
  std::string database = {};
  std::string org = {}, bucket = {};
  std::filesystem::path token_file = {};  // empty: no Authorization

  [[nodiscard]] bool is_set() const { return !url.empty(); }
};

inline constexpr std::size_t kBatchLinesMax = 5000;

/// Errors: invalid_argument for a target that names neither or both, or a URL that is none.
Status check(const InfluxTarget& target);

/// POST of whole lines, times in nanoseconds. The token is read anew each time, so that another may take its
/// place. Errors: those of reading it.
Result<net::ClientRequest> write_request(const InfluxTarget& target, std::string lines);

/// What a write's answer means for its batch.
enum class Written : std::uint8_t {
  taken,    ///< it is stored
  bad,      ///< it never will be: aside with it, and on
  smaller,  ///< too much at once
  later     ///< refused, unreachable, overloaded; or what an operator mends: a token, a database
};
struct WriteAnswer {
  Written written = Written::later;
  std::string why = {};                      // for people; empty when taken
  std::chrono::milliseconds retry_after{0};  // what the peer asked for
};
WriteAnswer read_answer(const Result<net::ClientResponse>& response);

/// How long to wait after so many tries in a row: 1 s, 2 s … 60 s, and what the peer asked for if that is
/// longer (an hour at most).
std::chrono::milliseconds retry_delay(int tries, std::chrono::milliseconds asked);

}  // namespace drover::sink
