#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/clock.h"
#include "base/digest.h"
#include "base/result.h"
#include "fs/file_system.h"
#include "repo/key_ring.h"
#include "repo/layout.h"
#include "trust/trusted_set.h"

/// A repository as plain files, which any web server, bucket or stick can carry: docs/formats/repository.md.
namespace drover::repo {

/// How long what is signed now holds. They are kept in the signed metadata itself (custom.drover.lifetime_s),
/// so that whoever signs next need not be told.
struct Lifetimes {
  std::chrono::seconds root = std::chrono::days(365);
  std::chrono::seconds targets = std::chrono::days(180);
  std::chrono::seconds snapshot = std::chrono::days(7);
  std::chrono::seconds timestamp = std::chrono::days(1);

  /// A server signs snapshot and timestamp again before they expire.
  static Lifetimes served() { return {}; }
  /// Nobody does: on a stick all that is not root holds as long as targets.
  static Lifetimes standalone() {
    return {.snapshot = std::chrono::days(180), .timestamp = std::chrono::days(180)};
  }
};

/// What offline keys signed and a repository is to take up.
struct Offer {
  std::map<std::string, std::string> metadata;  // "3.targets.json" → its text
  std::map<std::string, std::string> blobs;     // path below targets/ → content, of small targets (channels)
};

/// Makes metadata/ and targets/ in `directory`, signed by the four keys. already_exists where there is one.
Status create_repository(fs::FileSystem& files, const fs::Path& directory,
                         const std::map<std::string, trust::PrivateKey>& keys, const Lifetimes& lifetimes,
                         UnixTime now);

/// All of a repository's current metadata, its signatures and hashes checked from 1.root.json on; expired is
/// no error here, since it is to be signed anew.
Result<trust::TrustedSet> load_repository(fs::FileSystem& files, const fs::Path& directory);

/// Makes the offer the repository's state: small blobs, new role files, snapshot, and timestamp.json by
/// rename last; a crash before that leaves the previous state. Takes what a client that has seen the previous
/// state would take, and no more: signatures by delegation, versions above the current ones (else conflict),
/// nothing expired, every target's file there in its length. Errors: conflict also while another publisher is
/// at work.
Status install(fs::FileSystem& files, const fs::Path& directory, const Offer& offer, const KeyRing& online,
               UnixTime now);

/// Signs snapshot and timestamp anew when less than half of their life is left. Whether it did.
Result<bool> renew(fs::FileSystem& files, const fs::Path& directory, const KeyRing& online, UnixTime now);

/// Copies the file `source` under targets/ to where `target` says, checking length and hashes on the way. One
/// that is there already is not copied again. `progress` is told the bytes copied.
Status store_target(fs::FileSystem& files, const fs::Path& directory, const TargetInfo& target,
                    const fs::Path& source, const std::function<void(std::uint64_t)>& progress = {});

}  // namespace drover::repo
