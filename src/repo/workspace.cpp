#include "repo/workspace.h"

#include <fmt/format.h>

#include "base/random.h"

namespace drover::repo {
namespace {

constexpr std::uint64_t kPassphraseBytesMax = 4096;
constexpr std::uint64_t kKeyFileBytesMax = 64 << 10;

bool is_offline(const std::string& role) { return role == "root" || role == "targets"; }

Result<std::string> read_passphrase(fs::FileSystem& files, const KeyDirectory& where) {
  const Bytes bytes = DROVER_TRY(fs::read_file(files, where.passphrase(), kPassphraseBytesMax));
  std::string text(as_text(bytes));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (!text.empty()) return text;
  return fail(Code::bad_key, fmt::format("{}: the passphrase is empty", where.passphrase().string()));
}

Status write_text(fs::FileSystem& files, const fs::Path& path, const std::string& text) {
  return fs::write_atomically(files, path, as_bytes(text));
}

}  // namespace

fs::Path KeyDirectory::file(const std::string& role) const {
  return (is_offline(role) ? offline() : online()) / (role + ".key");
}

Result<std::map<std::string, trust::PrivateKey>> make_keys(fs::FileSystem& files, const KeyDirectory& where) {
  if (files.info(where.directory))
    return fail(Code::already_exists, fmt::format("{}: there are keys already", where.directory.string()));
  DROVER_TRY(fs::make_directories(files, where.offline()));
  DROVER_TRY(fs::make_directories(files, where.online()));
  const std::string passphrase = hex(secure_random(32));
  DROVER_TRY(write_text(files, where.passphrase(), passphrase + "\n"));
  std::map<std::string, trust::PrivateKey> keys;
  for (const char* role : {"root", "targets", "snapshot", "timestamp"}) {
    const trust::PrivateKey& key = keys.emplace(role, trust::PrivateKey::generate()).first->second;
    DROVER_TRY(write_text(files, where.file(role), key.to_pem(is_offline(role) ? passphrase : "")));
  }
  return keys;
}

Status replace_key(fs::FileSystem& files, const KeyDirectory& where, const std::string& role,
                   const trust::PrivateKey& key) {
  const std::string passphrase = is_offline(role) ? DROVER_TRY(read_passphrase(files, where)) : "";
  const fs::Path path = where.file(role);
  const Bytes old = DROVER_TRY(fs::read_file(files, path, kKeyFileBytesMax));
  const trust::PrivateKey old_key = DROVER_TRY(trust::PrivateKey::from_pem(as_text(old), passphrase));
  const fs::Path kept = path.parent_path() / fmt::format("{}-{}.old.key", role, old_key.keyid().substr(0, 8));
  DROVER_TRY(fs::write_atomically(files, kept, old));
  return write_text(files, path, key.to_pem(passphrase));
}

Result<KeyRing> offline_keys(fs::FileSystem& files, const KeyDirectory& where) {
  KeyRing ring;
  const std::string passphrase = DROVER_TRY(read_passphrase(files, where));
  DROVER_TRY(ring.add_directory(files, where.offline(), passphrase));
  return ring;
}

Result<KeyRing> online_keys(fs::FileSystem& files, const KeyDirectory& where) {
  KeyRing ring;
  DROVER_TRY(ring.add_directory(files, where.online()));
  return ring;
}

}  // namespace drover::repo
