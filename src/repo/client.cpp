#include "repo/client.h"

#include <fmt/format.h>

namespace drover::repo {
namespace {

constexpr std::size_t kReadBytes = 1 << 16;
/// Of a target on its way; no percent-encoded name ends so, so that none is taken for it.
constexpr const char* kPartSuffix = "+part";

std::string with_slash(std::string_view url) {
  return url.ends_with('/') ? std::string(url) : std::string(url) + "/";
}

/// A target path in a URL: what a URL would take for something else is percent-encoded.
std::string encoded_path(std::string_view path) {
  std::string text;
  for (const char c : path) {
    const bool special = static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f ||
                         std::string_view("%?#[]\"<>\\^`{|}").contains(c);
    text += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return text;
}

Status check_status(const net::ClientResponse& response, std::string_view what) {
  if (response.status == 200) return {};
  if (response.status == 404 || response.status == 403)
    return fail(Code::not_found, fmt::format("{}: the repository does not have it", what));
  return fail(Code::bad_response, fmt::format("{}: the repository answered {}", what, response.status));
}

/// Slow data (TUF 1.0.34 §1.5.2): who sends metadata more slowly than the slowest link that we bear holds up
/// nobody for longer than it may take there.
constexpr std::chrono::seconds kPatience{30};
constexpr std::uint64_t kSlowestBytesPerSecond = 4096;

/// Whether the file at `path` has the target's length and hashes.
Result<bool> is_there(fs::FileSystem& files, const TargetInfo& target, const fs::Path& path) {
  auto file = files.open(path, fs::Open::read);
  if (!file && file.error().code == Code::not_found) return false;
  if (!file) return fail(std::move(file).error());
  trust::HashCheck check(target.length, target.hashes);
  Bytes buffer(kReadBytes);
  while (const std::size_t got = DROVER_TRY((*file)->read_at(check.received(), buffer)))
    if (!check.update({buffer.data(), got})) return false;
  return check.finish().has_value();
}

}  // namespace

ClientUrls ClientUrls::below(std::string_view repository) {
  const std::string base = with_slash(repository);
  return {.metadata = base + "metadata/", .targets = base + "targets/"};
}

std::string target_url(const ClientUrls& urls, const TargetInfo& target) {
  return with_slash(urls.targets) + encoded_path(target.file_path());
}

net::ClientRequest metadata_request(const ClientUrls& urls, const MetadataRequest& wanted) {
  net::ClientRequest request;
  request.url = with_slash(urls.metadata) + wanted.path;
  request.bytes_max = wanted.bytes_max;
  request.timeout = kPatience + std::chrono::seconds(wanted.bytes_max / kSlowestBytesPerSecond);
  return request;
}

Result<Bytes> metadata_answer(Result<net::ClientResponse> response) {
  if (!response) return fail(std::move(response).error());
  DROVER_TRY(check_status(*response, "metadata"));
  return Bytes(response->body.begin(), response->body.end());
}

Result<Refresh> Client::refresh(UnixTime now, const std::vector<std::string>& paths) {
  Refresh refresh = DROVER_TRY(Refresh::begin(store_, now));
  for (const std::string& path : paths) refresh.follow(path);
  DROVER_TRY(run(refresh));
  return refresh;
}

Status Client::run(Refresh& refresh) {
  while (const auto wanted = refresh.next())
    refresh.feed(metadata_answer(http_.perform(metadata_request(urls_, *wanted))));
  return refresh.status();
}

Status Client::download(const TargetInfo& target, const fs::Path& path,
                        const std::function<void(std::uint64_t)>& progress) {
  if (DROVER_TRY(is_there(files_, target, path))) return {};
  fs::Path part = path;
  part += kPartSuffix;
  DROVER_TRY(fs::remove_tree(files_, part));
  auto file = DROVER_TRY(files_.open(part, fs::Open::create_new));
  trust::HashCheck check(target.length, target.hashes);
  net::ClientRequest request;
  request.url = target_url(urls_, target);
  request.bytes_max = target.length;
  request.timeout = std::chrono::milliseconds(0);
  request.sink = [&](ByteView bytes) -> Status {
    DROVER_TRY(check.update(bytes));
    if (progress) progress(check.received());
    return file->append(bytes);
  };
  const Status fetched = [&]() -> Status {
    const net::ClientResponse response = DROVER_TRY(http_.perform(std::move(request)));
    DROVER_TRY(check_status(response, target.path));
    DROVER_TRY(check.finish().in(target.path));
    DROVER_TRY(file->sync());
    return files_.rename(part, path);
  }();
  if (!fetched) static_cast<void>(files_.unlink(part));
  return fetched;
}

Result<Bytes> Client::download(const TargetInfo& target, std::uint64_t bytes_max) {
  if (target.length > bytes_max)
    return fail(Code::too_large,
                fmt::format("{}: {} bytes, at most {} allowed", target.path, target.length, bytes_max));
  net::ClientRequest request;
  request.url = target_url(urls_, target);
  request.bytes_max = target.length;
  const net::ClientResponse response = DROVER_TRY(http_.perform(std::move(request)));
  DROVER_TRY(check_status(response, target.path));
  DROVER_TRY(trust::check_hashes(as_bytes(response.body), target.length, target.hashes).in(target.path));
  return Bytes(response.body.begin(), response.body.end());
}

}  // namespace drover::repo
