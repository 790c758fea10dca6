#include "repo/token_key.h"

#include <fmt/format.h>
#include <libp11.h>
#include <openssl/err.h>

#include <map>
#include <mutex>
#include <span>

#include "repo/token_uri.h"
#include "trust/openssl_handles.h"

namespace drover::repo {
namespace {

constexpr std::uint64_t kPinBytesMax = 4096;

std::string last_error() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "no reason given" : reason;
}

std::string text_of(const char* text) { return text == nullptr ? std::string() : std::string(text); }

/// A token's library, loaded. One a path in the whole process: unloading ends it for every user.
class Module {
 public:
  static Result<std::shared_ptr<Module>> load(const std::string& path) {
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<Module>> loaded;
    const std::scoped_lock lock(mutex);
    if (auto there = loaded[path].lock()) return there;
    auto module = std::make_shared<Module>();
    DROVER_TRY(module->open(path));
    loaded[path] = module;
    return module;
  }
  Module() : context_(PKCS11_CTX_new()) {}
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  ~Module() {
    if (slots_ != nullptr) PKCS11_release_all_slots(context_, slots_, count_);
    if (is_loaded_) PKCS11_CTX_unload(context_);
    PKCS11_CTX_free(context_);
  }

  [[nodiscard]] std::span<PKCS11_SLOT> slots() const { return {slots_, count_}; }

 private:
  Status open(const std::string& path) {
    is_loaded_ = PKCS11_CTX_load(context_, path.c_str()) == 0;
    if (!is_loaded_)
      return fail(Code::not_found, fmt::format("{}: no PKCS#11 library: {}", path, last_error()));
    if (PKCS11_enumerate_slots(context_, &slots_, &count_) != 0)
      return fail(Code::not_found, fmt::format("{}: its slots cannot be read: {}", path, last_error()));
    return {};
  }

  PKCS11_CTX* context_;
  PKCS11_SLOT* slots_ = nullptr;
  unsigned count_ = 0;
  bool is_loaded_ = false;
};

bool is_meant(const TokenUri& uri, const PKCS11_TOKEN* token) {
  if (token == nullptr || !token->initialized) return false;
  const std::string label = text_of(token->label), serial = text_of(token->serialnr);
  return (uri.token.empty() || uri.token == label) && (uri.serial.empty() || uri.serial == serial);
}

bool is_meant(const TokenUri& uri, const PKCS11_KEY& key) {
  const std::string id(reinterpret_cast<const char*>(key.id), key.id_len);
  return (uri.object.empty() || uri.object == text_of(key.label)) && (uri.id.empty() || uri.id == id);
}

/// The only one of `all` that is meant.
template <class T>
Result<T*> only(std::span<T> all, std::string_view what, const auto& meant) {
  T* found = nullptr;
  for (T& one : all) {
    if (!meant(one)) continue;
    if (found != nullptr) return fail(Code::not_found, fmt::format("several {}s are meant", what));
    found = &one;
  }
  if (found == nullptr) return fail(Code::not_found, fmt::format("there is no such {}", what));
  return found;
}

Result<std::string> read_pin(fs::FileSystem& files, const TokenUri& uri, std::string_view otherwise) {
  if (uri.pin_file.empty()) return std::string(otherwise);
  const Bytes bytes = DROVER_TRY(fs::read_file(files, uri.pin_file, kPinBytesMax).in("the PIN's file"));
  const std::string_view text = as_text(bytes);
  return std::string(text.substr(0, text.find_first_of("\r\n")));
}

Status log_in(PKCS11_SLOT* slot, const std::string& pin) {
  int is_in = 0;
  if (PKCS11_is_logged_in(slot, 0, &is_in) == 0 && is_in != 0) return {};
  if (PKCS11_login(slot, 0, pin.c_str()) == 0) return {};
  return fail(Code::bad_key, fmt::format("the token does not take the PIN: {}", last_error()));
}

}  // namespace

Result<trust::PrivateKey> token_key(fs::FileSystem& files, std::string_view text, std::string_view pin) {
  const TokenUri uri = DROVER_TRY(parse_token_uri(text));
  const std::string secret = DROVER_TRY(read_pin(files, uri, pin));
  const auto module = DROVER_TRY(Module::load(uri.module_path));
  PKCS11_SLOT* slot = DROVER_TRY(
      only(module->slots(), "token", [&](const PKCS11_SLOT& one) { return is_meant(uri, one.token); }));
  DROVER_TRY(log_in(slot, secret));
  PKCS11_KEY* keys = nullptr;
  unsigned count = 0;
  if (PKCS11_enumerate_keys(slot->token, &keys, &count) != 0)
    return fail(Code::bad_key, fmt::format("the token's keys cannot be read: {}", last_error()));
  PKCS11_KEY* key = DROVER_TRY(
      only(std::span(keys, count), "private key", [&](const PKCS11_KEY& one) { return is_meant(uri, one); }));
  EVP_PKEY* handle = PKCS11_get_private_key(key);
  return trust::PrivateKey::in_token({handle, [module](EVP_PKEY* one) { EVP_PKEY_free(one); }});
}

}  // namespace drover::repo
