#include "repo/key_ring.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace drover::repo {
namespace {

constexpr std::uint64_t kKeyFileBytesMax = 64 << 10;

}  // namespace

Status KeyRing::add_directory(fs::FileSystem& files, const fs::Path& directory, std::string_view passphrase) {
  for (const std::string& name : DROVER_TRY(files.list(directory))) {
    if (!name.ends_with(".key")) continue;
    const Bytes pem = DROVER_TRY(fs::read_file(files, directory / name, kKeyFileBytesMax));
    add(DROVER_TRY(trust::PrivateKey::from_pem(as_text(pem), passphrase).in((directory / name).string())));
  }
  return {};
}

void KeyRing::sign(trust::Envelope& envelope, const trust::RoleKeys& role) const {
  for (const trust::PrivateKey& key : keys_)
    if (std::ranges::find(role.keyids, key.keyid()) != role.keyids.end()) trust::sign(envelope, key);
}

Status KeyRing::sign_fully(trust::Envelope& envelope, const trust::Keys& keys, const trust::RoleKeys& role,
                           std::string_view role_name) const {
  sign(envelope, role);
  if (trust::verify(envelope, keys, role, role_name)) return {};
  return fail(Code::not_authorized,
              fmt::format("{} must be signed by {} of the keys {}: the keys at hand are too few", role_name,
                          role.threshold, fmt::join(role.keyids, ", ")));
}

}  // namespace drover::repo
