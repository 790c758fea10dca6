#include "net/curl_transfer.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/assert.h"

namespace drover::net {
namespace {

constexpr std::size_t kHeaderBytesMax = 64 << 10;
constexpr std::size_t kErrorPageBytesMax = 64 << 10;
constexpr long kUploadBufferBytes = 256 << 10;

bool starts_with_scheme(const std::string& url, std::string_view scheme) {
  return url.size() > scheme.size() &&
         std::ranges::equal(url.substr(0, scheme.size()), scheme,
                            [](char a, char b) { return std::tolower(a) == b; });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), [](unsigned char c) { return std::tolower(c); });
  return made;
}

/// A peer that refuses our certificate says so by an alert, which in TLS 1.3 comes with the first read.
bool is_certificate_alert(std::string_view detail) {
  return detail.find("alert") != std::string_view::npos &&
         (detail.find("certificate") != std::string_view::npos ||
          detail.find("unknown ca") != std::string_view::npos);
}

Code code_of(CURLcode code, std::string_view detail) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Code::timed_out;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return Code::not_authenticated;
    case CURLE_SSL_CONNECT_ERROR:
      return detail.find("SYSCALL") == std::string_view::npos ? Code::not_authenticated : Code::unreachable;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return is_certificate_alert(detail) ? Code::not_authenticated : Code::unreachable;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_TOO_MANY_REDIRECTS:
      return Code::bad_response;
    case CURLE_URL_MALFORMAT:
      return Code::invalid_argument;
    case CURLE_OUT_OF_MEMORY:
      return Code::out_of_memory;
    default:
      return Code::unreachable;
  }
}

}  // namespace

Error curl_error(CURLcode code, const std::string& url, std::string_view detail) {
  const std::string_view said = detail.empty() ? curl_easy_strerror(code) : detail;
  const bool of_time = detail.find("not yet valid") != std::string_view::npos ||
                       detail.find("has expired") != std::string_view::npos;
  return {code_of(code, detail),
          fmt::format("{}: {}{}", url, said, of_time ? "; see whether this machine's clock is right" : "")};
}

CurlTransfer::CurlTransfer(ClientRequest request, const ClientOptions& options, OnDone done)
    : request_(std::move(request)),
      done_(std::move(done)),
      easy_(curl_easy_init()),
      is_file_(starts_with_scheme(request_.url, "file:")) {
  DROVER_ASSERT(easy_ != nullptr);
  set_request(options);
  set_security(options);
}

CurlTransfer::~CurlTransfer() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(header_lines_);
}

void CurlTransfer::set_request(const ClientOptions& options) {
  curl_easy_setopt(easy_, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, detail_);
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy_, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(easy_, CURLOPT_XFERINFODATA, this);
  if (!options.proxy.empty()) curl_easy_setopt(easy_, CURLOPT_PROXY, options.proxy.c_str());
  if (options.bytes_per_second_max > 0) set_speed(options.bytes_per_second_max);
  // A range, not curl's resume: a peer that ignores it answers 200, which the caller must see.
  if (request_.resume_at > 0)
    curl_easy_setopt(easy_, CURLOPT_RANGE, fmt::format("{}-", request_.resume_at).c_str());
  if (request_.method == "HEAD")
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  else if (request_.method != "GET")
    request_.source ? set_source() : set_body();
  for (const auto& [name, value] : request_.headers)
    header_lines_ = curl_slist_append(header_lines_, fmt::format("{}: {}", name, value).c_str());
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, header_lines_);
}

/// curl looks at its cap only after up to a hundred buffers of a fast peer: they are made a second's bytes.
void CurlTransfer::set_speed(std::uint64_t bytes_per_second_max) {
  const auto buffer = std::clamp<std::uint64_t>(bytes_per_second_max / 100, 1024, CURL_MAX_WRITE_SIZE);
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, static_cast<long>(buffer));
  curl_easy_setopt(easy_, CURLOPT_MAX_RECV_SPEED_LARGE, static_cast<curl_off_t>(bytes_per_second_max));
}

void CurlTransfer::set_body() {
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.data());
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  header_lines_ = curl_slist_append(header_lines_, "Expect:");
}

/// A peer that refuses can say so before the bytes are on their way.
void CurlTransfer::set_source() {
  curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy_, CURLOPT_UPLOAD_BUFFERSIZE, kUploadBufferBytes);
  curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.source_bytes));
  curl_easy_setopt(easy_, CURLOPT_READFUNCTION, on_source);
  curl_easy_setopt(easy_, CURLOPT_READDATA, this);
  curl_easy_setopt(easy_, CURLOPT_SEEKFUNCTION, on_rewind);
  curl_easy_setopt(easy_, CURLOPT_SEEKDATA, this);
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  header_lines_ = curl_slist_append(header_lines_, "Expect: 100-continue");
}

void CurlTransfer::set_security(const ClientOptions& options) {
  const Identity& identity = options.identity;
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https,file");
  curl_easy_setopt(easy_, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  curl_easy_setopt(easy_, CURLOPT_MAXREDIRS, 5L);
  const bool is_read = request_.method == "GET" || request_.method == "HEAD";
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION,
                   is_read && starts_with_scheme(request_.url, "https:") ? 1L : 0L);
  curl_easy_setopt(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!identity.ca_file.empty()) {
    curl_easy_setopt(easy_, CURLOPT_CAINFO, identity.ca_file.c_str());
    curl_easy_setopt(easy_, CURLOPT_CAPATH, nullptr);
  }
  if (!identity.certificate_file.empty()) {
    curl_easy_setopt(easy_, CURLOPT_SSLCERT, identity.certificate_file.c_str());
    curl_easy_setopt(easy_, CURLOPT_SSLKEY, identity.key_file.c_str());
  }
  if (options.certificate_time) {
    certificate_time_ = options.certificate_time;
    curl_easy_setopt(easy_, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
    curl_easy_setopt(easy_, CURLOPT_SSL_CTX_DATA, this);
  }
}

CURLcode CurlTransfer::on_tls_context(CURL* /*easy*/, void* context, void* self) {
  const UnixTime time = static_cast<CurlTransfer*>(self)->certificate_time_();
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(static_cast<SSL_CTX*>(context)),
                             static_cast<time_t>(time.time_since_epoch().count()));
  return CURLE_OK;
}

std::optional<CurlTransfer::Clock::time_point> CurlTransfer::stall_deadline() const {
  if (request_.stall_timeout.count() == 0) return std::nullopt;
  return moved_at_ + request_.stall_timeout;
}

Error CurlTransfer::stalled() const {
  return {Code::timed_out,
          fmt::format("{}: no byte came for {} ms", request_.url, request_.stall_timeout.count())};
}

int CurlTransfer::status() const {
  if (is_file_) return request_.resume_at > 0 ? 206 : 200;
  long code = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &code);
  return static_cast<int>(code);
}

std::size_t CurlTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  transfer.moved_at_ = Clock::now();
  if (Status taken = transfer.take_header({data, size * count}); !taken) {
    transfer.failure_ = std::move(taken).error();
    return 0;
  }
  return size * count;
}

Status CurlTransfer::take_header(std::string_view line) {
  if (line.starts_with("HTTP/")) {  // a redirect's or an interim answer's headers are not the last one's
    response_.headers.clear();
    header_bytes_ = 0;
  }
  header_bytes_ += line.size();
  if (header_bytes_ > kHeaderBytesMax)
    return fail(Code::bad_response, fmt::format("{}: the answer's headers are longer than {} bytes",
                                                request_.url, kHeaderBytesMax));
  if (const auto colon = line.find(':'); colon != std::string_view::npos && colon > 0)
    response_.headers.emplace_back(lower(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
  return {};
}

std::size_t CurlTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  transfer.moved_at_ = Clock::now();
  if (transfer.given_up_) return 0;
  const ByteView bytes{reinterpret_cast<const std::uint8_t*>(data), size * count};
  if (Status taken = transfer.take_body(bytes); !taken) {
    transfer.failure_ = std::move(taken).error();
    return 0;
  }
  return transfer.body_cut_ ? 0 : bytes.size();
}

Status CurlTransfer::check_length() const {
  curl_off_t length = -1;
  curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  const std::uint64_t announced = length > 0 ? static_cast<std::uint64_t>(length) : 0;
  if (std::max(announced, received_) <= request_.bytes_max) return {};
  return fail(Code::too_large, fmt::format("{}: the answer is longer than the {} bytes allowed for it",
                                           request_.url, request_.bytes_max));
}

Status CurlTransfer::take_body(ByteView bytes) {
  const int code = status();
  received_ += bytes.size();
  const bool is_error = code >= 300;
  if (request_.sink && request_.resume_at > 0 && code == 200)
    return fail(Code::unsupported, fmt::format("{}: the peer sends no ranges, only the whole", request_.url));
  if (!is_error) DROVER_TRY(check_length());
  if (request_.sink && (code == 200 || code == 206)) return request_.sink(bytes);
  const std::size_t room = (is_error ? kErrorPageBytesMax : request_.bytes_max) - response_.body.size();
  response_.body.append(as_text(bytes.first(std::min(bytes.size(), room))));
  body_cut_ = is_error && bytes.size() > room;
  return {};
}

std::size_t CurlTransfer::on_source(char* into, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const std::uint64_t left = transfer.request_.source_bytes - transfer.source_at_;
  const std::size_t room = std::min<std::uint64_t>(size * count, left);
  if (room == 0) return 0;
  auto got = transfer.request_.source(transfer.source_at_, {reinterpret_cast<std::uint8_t*>(into), room});
  if (got && *got == 0)
    got = fail(Code::io_failed, fmt::format("{}: the body ended after {} of {} bytes", transfer.request_.url,
                                            transfer.source_at_, transfer.request_.source_bytes));
  if (!got) {
    transfer.failure_ = std::move(got).error();
    return CURL_READFUNC_ABORT;
  }
  transfer.source_at_ += *got;
  return *got;
}

int CurlTransfer::on_rewind(void* self, curl_off_t offset, int origin) {
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_FAIL;
  static_cast<CurlTransfer*>(self)->source_at_ = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

int CurlTransfer::on_progress(void* self, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  if (down + up != transfer.moved_bytes_) {
    transfer.moved_bytes_ = down + up;
    transfer.moved_at_ = Clock::now();
  }
  return transfer.given_up_ ? 1 : 0;
}

void CurlTransfer::note_total() {
  curl_off_t length = -1;
  curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  const std::string range = response_.header("content-range");
  if (const auto slash = range.find('/'); slash != std::string::npos) {
    std::uint64_t total = 0;
    const char* end = range.data() + range.size();
    if (std::from_chars(range.data() + slash + 1, end, total).ptr == end) response_.total_bytes = total;
  } else if (length >= 0) {
    response_.total_bytes = static_cast<std::uint64_t>(length) + (is_file_ ? request_.resume_at : 0);
  }
}

Result<ClientResponse> CurlTransfer::result(CURLcode code) {
  if (failure_) return fail(std::move(*failure_));
  response_.status = status();
  if (is_file_ && code == CURLE_FILE_COULDNT_READ_FILE)
    response_.status = 404;
  else if (is_file_ && code == CURLE_BAD_DOWNLOAD_RESUME)
    response_.status = 416;
  else if (code != CURLE_OK && !body_cut_)
    return fail(curl_error(code, request_.url, detail_));
  else
    note_total();
  return std::move(response_);
}

}  // namespace drover::net
