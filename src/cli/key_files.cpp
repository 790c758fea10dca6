#include "cli/key_files.h"

#include "fs/file_system.h"
#include "repo/token_key.h"
#include "trust/public_pem.h"

namespace drover::cli {
namespace {

constexpr std::uint64_t kPassphraseBytesMax = 4096, kKeyBytesMax = 64 << 10;

}  // namespace

Result<std::string> read_passphrase(const std::string& file) {
  if (file.empty()) return std::string();
  const Bytes bytes = DROVER_TRY(fs::read_file(fs::real_file_system(), file, kPassphraseBytesMax));
  const std::string_view text = as_text(bytes);
  return std::string(text.substr(0, text.find_first_of("\r\n")));
}

Result<trust::PrivateKey> read_private_key(const std::string& file, const std::string& passphrase_file) {
  fs::FileSystem& files = fs::real_file_system();
  const std::string passphrase = DROVER_TRY(read_passphrase(passphrase_file));
  const Bytes text = DROVER_TRY(fs::read_file(files, file, kKeyBytesMax));
  auto key = as_text(text).starts_with("pkcs11:") ? repo::token_key(files, as_text(text), passphrase)
                                                  : trust::PrivateKey::from_pem(as_text(text), passphrase);
  return std::move(key).in(file);
}

Result<trust::Key> read_public_key(const std::string& file) {
  const Bytes text = DROVER_TRY(fs::read_file(fs::real_file_system(), file, kKeyBytesMax));
  return trust::key_from_pem(as_text(text)).in(file);
}

}  // namespace drover::cli
