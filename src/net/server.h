#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "net/http.h"

namespace drover::net {

/// The client certificate of a connection, verified against the listener's client authority.
struct ClientCertificate {
  std::string common_name = {};
  std::string serial = {};  // lower-case hexadecimal
};

/// A request body that was streamed to disk. The file is removed after the answer unless it was moved away.
struct Upload {
  std::filesystem::path file = {};
  std::uint64_t size = 0;
  Digest digest = {};
};

struct Request {
  std::string method = {};
  std::string path = {};  // decoded, begins with '/', without "." and ".." segments and zero bytes
  std::map<std::string, std::string> query = {};  // decoded; of equal names the first
  Headers headers = {};
  std::string body = {};
  std::optional<Upload> upload = {};
  std::optional<ClientCertificate> certificate = {};
  std::string remote_address = {};
  bool wait_is_over = false;  // called again after Wait, whose limit has passed: answer now

  /// The header's value, or "".
  [[nodiscard]] std::string header(std::string_view name) const;
  /// The query parameter's value, or "".
  [[nodiscard]] std::string parameter(const std::string& name) const;
};

/// A file as the body, with Range, ETag, If-None-Match and If-Range; 404 when it cannot be opened.
struct FileBody {
  std::filesystem::path path = {};
  std::string etag = {};  // quoted; empty: made of inode, size and time of change
};

struct Response {
  int status = 200;
  Headers headers = {};
  std::string body = {};
  std::optional<FileBody> file = {};
};

/// Answer later: the handler is called again with the same request when notify(key) is called, or with
/// wait_is_over when `limit` has passed since the request arrived. No notification is lost between the
/// handler's look and its wait.
struct Wait {
  std::string key = {};
  std::chrono::milliseconds limit{0};
};

using Answer = std::variant<Response, Wait>;

/// How a request's body is taken, told from its head alone.
struct BodyPlan {
  std::uint64_t bytes_max = 1 << 20;  // more is 413
  bool to_file = false;               // streamed into ServerOptions::upload_directory
  bool ask_first = false;             // Handlers::admit is asked before a byte of it is taken
};

/// What the server asks of the program. All are called on pool threads, several at once.
struct Handlers {
  /// May block for a short time (a database). An exception answers 500.
  std::function<Answer(const Request& request)> answer = {};
  /// Pure and quick: called on the network's own thread.
  std::function<BodyPlan(const Request& head)> plan = [](const Request&) { return BodyPlan{}; };
  /// Asked before a body is taken whose plan says so; an answer refuses it.
  std::function<std::optional<Response>(const Request& head)> admit = {};
};

struct TlsFiles {
  std::string certificate_file = {};  // PEM, with intermediate certificates after it
  std::string key_file = {};
  std::string client_ca_file = {};  // empty: clients are not asked for a certificate
};

struct Listener {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;            // 0: any free one
  std::optional<TlsFiles> tls = {};  // none: plain HTTP, on loopback addresses only
};

struct ServerOptions {
  std::vector<Listener> listeners = {};
  std::filesystem::path upload_directory = {};
  std::size_t connections_max = 10'000;
  std::size_t header_bytes_max = 16 << 10;
  std::chrono::milliseconds header_timeout{
      10'000};  // handshake, and from a request's first byte to its last line
  std::chrono::milliseconds idle_timeout{75'000};   // between requests
  std::chrono::milliseconds stall_timeout{30'000};  // a body that does not move, either way
  std::uint64_t body_bytes_per_second_min = 1024;   // a body that comes slower than this on the whole ends
  std::chrono::milliseconds stop_timeout{5'000};    // for answers under way when stop() is called
  int network_threads = 2;
  int handler_threads = 4;
};

struct ServerCounters {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_refused = 0;
  std::uint64_t requests = 0;
  std::uint64_t waiting = 0;
};

/// A running server; stops when destroyed.
class Server {
 public:
  virtual ~Server() = default;
  /// The port that the listener with this index got.
  [[nodiscard]] virtual std::uint16_t port(std::size_t listener = 0) const = 0;
  /// Calls the handlers of all requests that wait for `key` again. From any thread.
  virtual void notify(const std::string& key) = 0;
  /// Takes no more connections, ends waits, lets answers under way finish; returns when all is closed.
  virtual void stop() = 0;
  [[nodiscard]] virtual ServerCounters counters() const = 0;
};

/// Ignores SIGPIPE in the whole process. Errors: io_failed (a port that is taken), bad_key, not_found,
/// invalid_argument.
Result<std::unique_ptr<Server>> start_server(ServerOptions options, Handlers handlers);

}  // namespace drover::net
