#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace drover::net {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case

/// The client certificate of a device, and whom it believes.
struct Identity {
  std::string ca_file = {};           // PEM; empty: the system's authorities
  std::string certificate_file = {};  // PEM; empty: none is presented
  std::string key_file = {};
};

struct ClientOptions {
  Identity identity = {};
  std::string proxy = {};                  // empty: the environment's
  std::uint64_t bytes_per_second_max = 0;  // 0: no cap
  std::string user_agent = "drover/" DROVER_VERSION;
  /// When the peer's certificate has to hold; asked at each handshake. Empty: now, as the OS tells it.
  std::function<UnixTime()> certificate_time = {};
};

struct ClientRequest {
  std::string method = "GET";
  std::string url = {};  // http, https or file
  Headers headers = {};
  std::string body = {};
  /// The body in pieces instead, of `source_bytes` in all: fills `into` from `offset` on and answers how many
  /// bytes that were; none, or a failure, ends the transfer. It may be asked for earlier bytes once more.
  std::function<Result<std::size_t>(std::uint64_t offset, std::span<std::uint8_t> into)> source = {};
  std::uint64_t source_bytes = 0;
  std::uint64_t resume_at = 0;                      // asks for bytes from here on (Range)
  std::uint64_t bytes_max = 1 << 20;                // a longer body ends the transfer with too_large
  std::chrono::milliseconds timeout{30'000};        // whole transfer; 0: none
  std::chrono::milliseconds stall_timeout{30'000};  // no byte for so long ends it with timed_out
  /// Takes the body's bytes as they come (a download); without it they are gathered in ClientResponse::body.
  /// A failure ends the transfer with that error. Called only for statuses 200 and 206; a 200 to a request
  /// with resume_at ends it with unsupported.
  std::function<Status(ByteView bytes)> sink = {};
};

struct ClientResponse {
  int status = 0;  // a file:// URL answers 200 or 404
  Headers headers = {};
  std::string body = {};
  /// The resource's whole length when the peer told it (Content-Range or Content-Length).
  std::optional<std::uint64_t> total_bytes;
  [[nodiscard]] std::string header(std::string_view name) const;
};

using TransferId = std::uint64_t;
using OnDone = std::function<void(Result<ClientResponse>)>;

/// Requests under way beside each other in one thread: start() some, then poll() until their OnDone is
/// called. Errors: unreachable, timed_out, too_large, bad_response, not_authenticated (TLS), and the sink's
/// own.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual TransferId start(ClientRequest request, OnDone done) = 0;
  /// No callback follows.
  virtual void cancel(TransferId id) = 0;
  /// Waits until a transfer moved, one of `descriptors` is readable, or `wait` passed; calls what is done.
  virtual void poll(const std::vector<int>& descriptors, std::chrono::milliseconds wait) = 0;
  /// start() and poll() until it is done: for programs with nothing else to do.
  Result<ClientResponse> perform(ClientRequest request);
};

/// Over libcurl. file:// URLs are read from disk; redirects are followed within https only.
std::unique_ptr<HttpClient> make_curl_client(ClientOptions options);

}  // namespace drover::net
