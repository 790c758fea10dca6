#include <fmt/format.h>

#include "base/canonical_json.h"
#include "server/access.h"
#include "server/handlers.h"
#include "server/publication.h"

namespace drover::server {
namespace {

constexpr std::string_view kTimestamp = "metadata/timestamp.json";

bool is_repository_path(const std::string& path) {
  return path.starts_with("metadata/") || path.starts_with("targets/");
}

Status check_reader(Services& services, const net::Request& request) {
  if (services.config.repository_public) return {};
  if (request.certificate) {
    DROVER_TRY(authenticate_device(services, request));
    return {};
  }
  DROVER_TRY(authenticate_operator(services, request, db::Role::viewer));
  return {};
}

Result<std::uint64_t> metadata_version(ByteView text) {
  const auto document = DROVER_TRY(parse_json(as_text(text)));
  const auto pointer = nlohmann::json::json_pointer("/signed/version");
  if (!document.contains(pointer) || !document.at(pointer).is_number_unsigned())
    return fail(Code::bad_metadata, "signed metadata has a signed.version");
  return document.at(pointer).get<std::uint64_t>();
}

/// timestamp.json is the one file that changes in place: only a newer one replaces it.
Status check_newer(Services& services, const net::Upload& upload) {
  constexpr std::uint64_t bytes_max = 16 << 10;
  fs::FileSystem& files = fs::real_file_system();
  const Bytes given = DROVER_TRY(fs::read_file(files, upload.file, bytes_max));
  const std::uint64_t version = DROVER_TRY(metadata_version(given).in(kTimestamp));
  const auto present = DROVER_TRY(services.blobs->find(std::string(kTimestamp)));
  if (!present) return {};
  const Bytes current = DROVER_TRY(fs::read_file(files, present->file, bytes_max));
  const std::uint64_t current_version = DROVER_TRY(metadata_version(current).in(kTimestamp));
  if (version > current_version || sha256(current) == upload.digest) return {};
  return fail(Code::conflict,
              fmt::format("{}: version {} is here already; publish again from the newest metadata",
                          kTimestamp, current_version));
}

}  // namespace

Result<net::Answer> read_repository(Services& services, const Call& call) {
  DROVER_TRY(check_reader(services, call.request));
  const std::string& path = call.parameters[0];
  if (!is_repository_path(path)) return fail(Code::not_found, "the repository has metadata/ and targets/");
  const auto blob = DROVER_TRY(services.blobs->find(path));
  if (!blob) return fail(Code::not_found, fmt::format("there is no {} in the repository", path));
  net::Response response;
  response.headers = {
      {"content-type", path.ends_with(".json") ? "application/json" : "application/octet-stream"},
      {"cache-control", path == kTimestamp ? "no-cache" : "public, max-age=31536000, immutable"}};
  response.file = net::FileBody{blob->file};
  return response;
}

/// The uploader sends what is pointed at before what points, and timestamp.json last: until that one is in
/// place, every reader sees the repository as it was.
Result<net::Answer> write_repository(Services& services, const Call& call) {
  const std::string& path = call.parameters[0];
  if (!is_repository_path(path))
    return fail(Code::invalid_argument, "the repository has metadata/ and targets/");
  if (!call.request.upload) return fail(Code::invalid_argument, "the request has no body");
  const net::Upload& upload = *call.request.upload;
  const std::string declared = call.request.header("x-drover-sha256");
  if (!declared.empty() && DROVER_TRY(parse_digest(declared)) != upload.digest)
    return fail(Code::bad_digest, fmt::format("{}: arrived with another SHA-256 than declared", path));
  const auto present = DROVER_TRY(services.blobs->find(path));
  if (path == kTimestamp) {
    DROVER_TRY(check_newer(services, upload));
  } else if (present) {
    const Digest there = DROVER_TRY(db::file_digest(fs::real_file_system(), present->file));
    if (there != upload.digest)
      return fail(Code::already_exists, fmt::format("{}: exists with other content and never changes", path));
    return json_response({{"path", path}, {"sha256", upload.digest.hex()}, {"size", upload.size}}, 200);
  }
  DROVER_TRY(services.blobs->put(path, upload.file, upload.digest));
  const nlohmann::json stored = {{"path", path}, {"sha256", upload.digest.hex()}, {"size", upload.size}};
  DROVER_TRY(services.store->add_audit({.at = services.clock->now(),
                                        .who = call.who,
                                        .action = "upload",
                                        .target = path,
                                        .detail = stored.dump()}));
  return json_response(stored, 201);
}

/// Offline keys signed it; the server adds snapshot and timestamp, or refuses and changes nothing.
Result<net::Answer> publish_metadata(Services& services, const Call& call) {
  DROVER_TRY(install_offer(services, call.request.body));
  const Digest digest = sha256(call.request.body);
  DROVER_TRY(services.store->add_audit({.at = services.clock->now(),
                                        .who = call.who,
                                        .action = "publish",
                                        .target = "metadata",
                                        .detail = nlohmann::json{{"sha256", digest.hex()}}.dump()}));
  return json_response({{"published", true}}, 200);
}

}  // namespace drover::server
