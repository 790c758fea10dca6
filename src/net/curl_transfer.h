#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "net/http.h"

namespace drover::net {

/// The error that a failed curl call stands for; `detail` is curl's own text.
Error curl_error(CURLcode code, const std::string& url, std::string_view detail);

/// One request on its way: owns the easy handle and all that curl points to. Does not move.
class CurlTransfer {
 public:
  using Clock = std::chrono::steady_clock;

  CurlTransfer(ClientRequest request, const ClientOptions& options, OnDone done);
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  [[nodiscard]] CURL* handle() const { return easy_; }
  /// When a peer that stays silent is given up; nothing when it may be silent for ever.
  [[nodiscard]] std::optional<Clock::time_point> stall_deadline() const;
  /// Takes no more bytes: curl ends the transfer at the next one.
  void give_up() { given_up_ = true; }
  [[nodiscard]] bool given_up() const { return given_up_; }
  /// What came of it, once curl says that it is over.
  Result<ClientResponse> result(CURLcode code);
  Error stalled() const;
  OnDone take_done() { return std::move(done_); }
  void begin_clock() { moved_at_ = Clock::now(); }

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_source(char* into, std::size_t size, std::size_t count, void* self);
  static int on_rewind(void* self, curl_off_t offset, int origin);
  static int on_progress(void* self, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up);
  static CURLcode on_tls_context(CURL* easy, void* context, void* self);
  void set_request(const ClientOptions& options);
  void set_speed(std::uint64_t bytes_per_second_max);
  void set_body();
  void set_source();
  void set_security(const ClientOptions& options);
  Status take_header(std::string_view line);
  Status take_body(ByteView bytes);
  Status check_length() const;
  int status() const;
  void note_total();

  ClientRequest request_;
  OnDone done_;
  CURL* easy_;
  curl_slist* header_lines_ = nullptr;
  char detail_[CURL_ERROR_SIZE] = {};
  bool is_file_;
  bool given_up_ = false;
  bool body_cut_ = false;  // the rest of an error page is of no use
  Clock::time_point moved_at_ = Clock::now();
  curl_off_t moved_bytes_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t source_at_ = 0;
  std::size_t header_bytes_ = 0;
  std::function<UnixTime()> certificate_time_;
  std::optional<Error> failure_;
  ClientResponse response_;
};

}  // namespace drover::net
