#include "sink/influx.h"

#include <fmt/format.h>

#include <charconv>

#include "fs/file_system.h"

namespace drover::sink {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTimeout{20'000}, kDelayFirst{1000}, kDelayLongest{60'000}, kAskedMax{3'600'000};
constexpr std::size_t kTokenBytesMax = 4096, kReasonBytesMax = 300, kAnswerBytesMax = 64 << 10;

/// Percent-encoded but for what RFC 3986 calls unreserved.
std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("-._~").find(c) != std::string_view::npos;
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string path_of(const InfluxTarget& target) {
  if (!target.database.empty()) return fmt::format("/write?db={}&precision=ns", encoded(target.database));
  return fmt::format("/api/v2/write?org={}&bucket={}&precision=ns", encoded(target.org),
                     encoded(target.bucket));
}

Result<std::string> read_token(const std::filesystem::path& file) {
  const Bytes bytes = DROVER_TRY(
      fs::read_file(fs::real_file_system(), file, kTokenBytesMax).in("influx.token_file " + file.string()));
  std::string token(as_text(bytes));
  token.erase(token.find_last_not_of(" \t\r\n") + 1);
  if (token.empty() || token.find_first_of("\r\n") != std::string::npos)
    return fail(Code::invalid_argument,
                fmt::format("influx.token_file {}: one line expected", file.string()));
  return token;
}

Written meaning_of(int status) {
  if (status >= 200 && status < 300) return Written::taken;
  if (status == 413) return Written::smaller;
  if (status == 400 || status == 422) return Written::bad;
  return Written::later;
}

milliseconds retry_after(const net::ClientResponse& response) {
  const std::string text = response.header("retry-after");
  std::uint64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return milliseconds(0);
  return milliseconds(1000 * std::min<std::uint64_t>(seconds, kAskedMax.count() / 1000));
}

}  // namespace

Status check(const InfluxTarget& target) {
  if (!target.is_set()) return {};
  if (!target.url.starts_with("http://") && !target.url.starts_with("https://"))
    return fail(Code::invalid_argument,
                fmt::format("influx.url: \"{}\" is not http:// or https://", target.url));
  const bool is_v1 = !target.database.empty(), is_v2 = !target.org.empty() || !target.bucket.empty();
  if (is_v1 == is_v2 || (is_v2 && target.bucket.empty()))
    return fail(Code::invalid_argument, "influx: give either database, or org and bucket");
  return {};
}

Result<net::ClientRequest> write_request(const InfluxTarget& target, std::string lines) {
  net::ClientRequest request{.method = "POST",
                             .url = target.url,
                             .headers = {{"content-type", "text/plain; charset=utf-8"}},
                             .body = std::move(lines),
                             .bytes_max = kAnswerBytesMax,
                             .timeout = kTimeout};
  while (request.url.ends_with('/')) request.url.pop_back();
  request.url += path_of(target);
  if (!target.token_file.empty())
    request.headers.emplace_back("authorization", "Token " + DROVER_TRY(read_token(target.token_file)));
  return request;
}

WriteAnswer read_answer(const Result<net::ClientResponse>& response) {
  if (!response) return {.written = Written::later, .why = response.error().text()};
  const Written written = meaning_of(response->status);
  if (written == Written::taken) return {.written = written};
  std::string said = response->body.substr(0, kReasonBytesMax);
  while (!said.empty() && static_cast<unsigned char>(said.back()) <= ' ') said.pop_back();
  return {.written = written,
          .why = fmt::format("{} {}", response->status, said),
          .retry_after = retry_after(*response)};
}

milliseconds retry_delay(int tries, milliseconds asked) {
  milliseconds delay = kDelayFirst;
  for (int i = 1; i < tries && delay < kDelayLongest; ++i) delay *= 2;
  return std::max(std::min(delay, kDelayLongest), std::min(asked, kAskedMax));
}

}  // namespace drover::sink
