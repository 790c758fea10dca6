#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "fs/file_system.h"
#include "net/http.h"
#include "repo/refresh.h"
#include "repo/trust_store.h"

namespace drover::repo {

struct ClientUrls {
  std::string metadata;  // "https://host/repo/metadata/"
  std::string targets;   // "https://host/repo/targets/"
  /// From the base that has metadata/ and targets/ under it.
  static ClientUrls below(std::string_view repository);
};

/// Where a target's bytes are.
std::string target_url(const ClientUrls& urls, const TargetInfo& target);
/// GET with the request's limit, and a time after which slow data are given up (TUF 1.0.34 §1.5.2: 30 s and
/// what so many bytes take at 4 KiB/s); 404 and 403 told as not_found: what a caller with a loop of its own
/// starts.
net::ClientRequest metadata_request(const ClientUrls& urls, const MetadataRequest& wanted);
/// What Refresh::feed takes, of what came.
Result<Bytes> metadata_answer(Result<net::ClientResponse> response);

/// A TUF client for programs with nothing else to do while they wait.
class Client {
 public:
  Client(net::HttpClient& http, fs::FileSystem& files, const TrustStore& store, ClientUrls urls)
      : http_(http), files_(files), store_(store), urls_(std::move(urls)) {}

  /// One refresh at `now`, with the roles of `paths`.
  Result<Refresh> refresh(UnixTime now, const std::vector<std::string>& paths = {});
  /// Goes on with a refresh: fetches all that it asks for.
  Status run(Refresh& refresh);
  /// Fetches a target beside `path`, checks length and hashes, renames it to `path`. One that is there
  /// already with the right hashes is not fetched again. `progress` is told the bytes received.
  Status download(const TargetInfo& target, const fs::Path& path,
                  const std::function<void(std::uint64_t)>& progress = {});
  /// The same into memory; too_large beyond `bytes_max`.
  Result<Bytes> download(const TargetInfo& target, std::uint64_t bytes_max);

 private:
  net::HttpClient& http_;
  fs::FileSystem& files_;
  const TrustStore& store_;
  ClientUrls urls_;
};

}  // namespace drover::repo
