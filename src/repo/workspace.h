#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "fs/file_system.h"
#include "repo/key_ring.h"
#include "repo/repository.h"

namespace drover::repo {

/// Where a publisher's keys lie: DIR/offline/{root,targets}.key encrypted by the passphrase in
/// DIR/offline/passphrase, DIR/online/{snapshot,timestamp}.key plain.
struct KeyDirectory {
  fs::Path directory;
  fs::Path passphrase_file = {};  // empty: DIR/offline/passphrase

  [[nodiscard]] fs::Path offline() const { return directory / "offline"; }
  [[nodiscard]] fs::Path online() const { return directory / "online"; }
  [[nodiscard]] fs::Path passphrase() const {
    return passphrase_file.empty() ? offline() / "passphrase" : passphrase_file;
  }
  [[nodiscard]] fs::Path file(const std::string& role) const;
};

/// Makes the four keys and a passphrase. The caller's umask decides who may read them.
/// Errors: already_exists.
Result<std::map<std::string, trust::PrivateKey>> make_keys(fs::FileSystem& files, const KeyDirectory& where);
/// Writes a role's key, encrypted when its place is offline, in place of the one that is there, which is kept
/// as ROLE-KEYID.old.key beside it until the next rotation has reached everyone.
Status replace_key(fs::FileSystem& files, const KeyDirectory& where, const std::string& role,
                   const trust::PrivateKey& key);

Result<KeyRing> offline_keys(fs::FileSystem& files, const KeyDirectory& where);
Result<KeyRing> online_keys(fs::FileSystem& files, const KeyDirectory& where);

}  // namespace drover::repo
