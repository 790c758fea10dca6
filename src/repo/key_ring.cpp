#include "repo/key_ring.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "repo/token_key.h"

namespace drover::repo {
namespace {

constexpr std::uint64_t kKeyFileBytesMax = 64 << 10;

}  // namespace

Status KeyRing::add_directory(fs::FileSystem& files, const fs::Path& directory, std::string_view passphrase) {
  for (const std::string& name : DROVER_TRY(files.list(directory))) {
    const bool is_reference = name.ends_with(".pkcs11");
    if (!is_reference && !name.ends_with(".key")) continue;
    const Bytes text = DROVER_TRY(fs::read_file(files, directory / name, kKeyFileBytesMax));
    auto key = is_reference ? token_key(files, as_text(text), passphrase)
                            : trust::PrivateKey::from_pem(as_text(text), passphrase);
    add(DROVER_TRY(std::move(key).in((directory / name).string())));
  }
  return {};
}

Status KeyRing::sign(trust::Envelope& envelope, const trust::RoleKeys& role) const {
  for (const trust::PrivateKey& key : keys_)
    if (std::ranges::find(role.keyids, key.keyid()) != role.keyids.end())
      DROVER_TRY(trust::sign(envelope, key));
  return {};
}

Status KeyRing::sign_fully(trust::Envelope& envelope, const trust::Keys& keys, const trust::RoleKeys& role,
                           std::string_view role_name) const {
  DROVER_TRY(sign(envelope, role));
  if (trust::verify(envelope, keys, role, role_name)) return {};
  return fail(Code::not_authorized,
              fmt::format("{} must be signed by {} of the keys {}: the keys at hand are too few", role_name,
                          role.threshold, fmt::join(role.keyids, ", ")));
}

}  // namespace drover::repo
