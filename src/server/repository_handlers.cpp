#include <fmt/format.h>

#include "server/access.h"
#include "server/audit.h"
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

/// "models/defect/1.0.0/SHA256.defect-1.0.0.drover": a target is stored under its own hash, so that nobody
/// can put other bytes in the place of what is to be published.
Status check_named_by_digest(const std::string& path, const Digest& digest) {
  const std::string file = path.substr(path.rfind('/') + 1);
  if (file.starts_with(digest.hex() + ".")) return {};
  return fail(
      Code::bad_digest,
      fmt::format("{}: the bytes that came have the SHA-256 {}, with which the file's name must begin", path,
                  digest.hex()));
}

}  // namespace

Result<net::Answer> read_repository(Services& services, const Call& call) {
  DROVER_TRY(check_reader(services, call.request));
  const std::string& path = call.parameters[0];
  if (!is_repository_path(path)) return fail(Code::not_found, "the repository has metadata/ and targets/");
  const auto blob = DROVER_TRY(services.blobs->find(path));
  if (!blob) return fail(Code::not_found, fmt::format("there is no {} in the repository", path));
  if (call.request.method == "GET")
    ++(path.starts_with("targets/") ? services.reads.targets : services.reads.metadata);
  net::Response response;
  response.headers = {
      {"content-type", path.ends_with(".json") ? "application/json" : "application/octet-stream"},
      {"cache-control", path == kTimestamp ? "no-cache" : "public, max-age=31536000, immutable"}};
  response.file = net::FileBody{blob->file};
  return response;
}

/// A target's bytes, ahead of the metadata that names them: until then no reader is told of them.
Result<net::Answer> upload_target(Services& services, const Call& call) {
  const std::string path = "targets/" + call.parameters[0];
  if (!call.request.upload) return fail(Code::invalid_argument, "the request has no body");
  const net::Upload& upload = *call.request.upload;
  DROVER_TRY(check_named_by_digest(path, upload.digest));
  const nlohmann::json stored = {{"path", path}, {"sha256", upload.digest.hex()}, {"size", upload.size}};
  if (const auto there = DROVER_TRY(services.blobs->find(path)); there && there->size == upload.size)
    return json_response(stored, 200);
  DROVER_TRY(services.blobs->put(path, upload.file, upload.digest));
  DROVER_TRY(audit(services, call, "upload", path, stored));
  return json_response(stored, 201);
}

/// Offline keys signed it; the server adds snapshot and timestamp, or refuses and changes nothing.
Result<net::Answer> publish_metadata(Services& services, const Call& call) {
  if (!call.request.upload) return fail(Code::invalid_argument, "the request has no body");
  const net::Upload& upload = *call.request.upload;
  const Bytes body = DROVER_TRY(fs::read_file(fs::real_file_system(), upload.file, upload.size));
  DROVER_TRY(install_offer(services, as_text(body)));
  DROVER_TRY(audit(services, call, "publish", "metadata", {{"sha256", upload.digest.hex()}}));
  return json_response({{"published", true}}, 200);
}

}  // namespace drover::server
