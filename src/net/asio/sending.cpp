#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/use_awaitable.hpp>

#include "base/clock.h"
#include "net/asio/connection.h"
#include "net/file_response.h"
#include "net/http_message.h"

namespace drover::net {
namespace {

constexpr std::size_t kChunkBytes = 64 << 10;

/// A regular file, open for reading.
struct OpenFile {
  int descriptor = -1;
  std::uint64_t size = 0;
  std::string etag;

  explicit OpenFile(const FileBody& file) : etag(file.etag) {
    struct stat facts{};
    descriptor = open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 || fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) {
      if (descriptor >= 0) close(descriptor);
      descriptor = -1;
      return;
    }
    size = static_cast<std::uint64_t>(facts.st_size);
    if (etag.empty())
      etag = fmt::format("\"{:x}-{:x}-{:x}.{:x}\"", facts.st_ino, facts.st_size, facts.st_mtim.tv_sec,
                         facts.st_mtim.tv_nsec);
  }
  ~OpenFile() {
    if (descriptor >= 0) close(descriptor);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  /// The bytes at `offset`, fewer than `count` only when the file shrank or cannot be read.
  std::string read(std::uint64_t offset, std::size_t count) const {
    std::string bytes(count, '\0');
    std::size_t have = 0;
    while (have < count) {
      const ssize_t got =
          pread(descriptor, bytes.data() + have, count - have, static_cast<off_t>(offset + have));
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
  }
};

}  // namespace

asio::awaitable<bool> Connection::send(const Request& request, Response response, bool keep_alive) {
  if (response.file) {
    const bool sent = co_await send_file(request, std::move(response), keep_alive);
    co_return sent;
  }
  std::string bytes = response_head(response, response.body.size(), keep_alive, system_clock().now());
  if (request.method != "HEAD") bytes += response.body;
  const bool sent = co_await stream_.write_all(bytes, deadline_, core_.options.stall_timeout);
  co_return sent;
}

asio::awaitable<bool> Connection::send_file(const Request& request, Response response, bool keep_alive) {
  std::shared_ptr<OpenFile> file;
  co_await on_pool(core_, [&] { file = std::make_shared<OpenFile>(*response.file); });
  if (file->descriptor < 0) {
    const bool sent = co_await send(request, {.status = 404, .body = "Not Found\n"}, keep_alive);
    co_return sent;
  }
  FileAnswer plan = answer_file(request, file->size, file->etag);
  response.status = plan.status;
  response.headers.insert(response.headers.end(), plan.headers.begin(), plan.headers.end());
  bool sent =
      co_await stream_.write_all(response_head(response, plan.slice.length, keep_alive, system_clock().now()),
                                 deadline_, core_.options.stall_timeout);
  if (request.method == "HEAD") plan.slice.length = 0;
  while (sent && plan.slice.length > 0) {
    const std::size_t count = std::min<std::uint64_t>(kChunkBytes, plan.slice.length);
    std::string chunk;
    deadline_.none();
    co_await on_pool(core_, [&] { chunk = file->read(plan.slice.first, count); });
    if (chunk.size() < count) co_return false;
    sent = co_await stream_.write_all(chunk, deadline_, core_.options.stall_timeout);
    plan.slice.first += count;
    plan.slice.length -= count;
  }
  co_return sent;
}

}  // namespace drover::net
