#include <fmt/format.h>

#include "bundle/archive.h"
#include "bundle/tar.h"

namespace drover::bundle {
namespace {

Status check(const Manifest& manifest, const std::string& text) {
  if (const auto parsed = parse_manifest(text); !parsed)
    return fail(Error{Code::invalid_argument, parsed.error().text(), "manifest of " + manifest.title()});
  return {};
}

Status write_member(const Sink& sink, const std::string& path, ByteView content) {
  const Bytes padding(tar_padding(content.size()));
  DROVER_TRY(sink(tar_header({path, content.size()})));
  DROVER_TRY(sink(content));
  return sink(padding);
}

}  // namespace

Result<Digest> write_bundle(Manifest manifest, const Members& members, const Sink& sink) {
  manifest.members.clear();
  for (const auto& [path, content] : members) {
    if (!is_member_path(path))
      return fail(Code::invalid_argument, fmt::format("a bundle has no member {}", path));
    manifest.members[path] = {sha256(content), content.size()};
  }
  const std::string text = to_json(manifest);
  DROVER_TRY(check(manifest, text));
  Sha256 hash;
  const Sink hashed = [&](ByteView bytes) {
    hash.update(bytes);
    return sink(bytes);
  };
  DROVER_TRY(write_member(hashed, std::string(kManifestPath), as_bytes(text)));
  for (const auto& [path, content] : members) DROVER_TRY(write_member(hashed, path, content));
  DROVER_TRY(hashed(Bytes(2 * kTarBlock)));
  return hash.finish();
}

}  // namespace drover::bundle
