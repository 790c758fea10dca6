#include "repo/token_uri.h"

#include <fmt/format.h>
#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include <memory>

#include "trust/openssl_handles.h"

namespace drover::repo {
namespace {

using Uri = std::unique_ptr<P11KitUri, trust::FreedBy<p11_kit_uri_free>>;

constexpr std::size_t kUriBytesMax = 4096;
constexpr std::string_view kFile = "file:";

/// A field of a token, which PKCS#11 pads with blanks; nothing where the URI does not name it.
template <std::size_t kSize>
std::string field(const unsigned char (&bytes)[kSize]) {
  std::string text(reinterpret_cast<const char*>(bytes), kSize);
  text.resize(std::min(text.find('\0'), text.size()));
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

std::string attribute(P11KitUri* uri, CK_ATTRIBUTE_TYPE type) {
  const CK_ATTRIBUTE* found = p11_kit_uri_get_attribute(uri, type);
  if (found == nullptr || found->pValue == nullptr) return {};
  return {static_cast<const char*>(found->pValue), found->ulValueLen};
}

std::string text_of(const char* text) { return text == nullptr ? std::string() : std::string(text); }

Status check(P11KitUri* uri, const TokenUri& read) {
  const auto refuse = [](std::string_view why) {
    return fail(Code::invalid_argument, fmt::format("pkcs11 URI: {}", why));
  };
  if (p11_kit_uri_any_unrecognized(uri) != 0) return refuse("an attribute in it is not known");
  if (p11_kit_uri_get_pin_value(uri) != nullptr)
    return refuse("the PIN does not belong into it: name a file, pin-source=file:PATH");
  if (read.token.empty() && read.serial.empty()) return refuse("token= or serial= is missing");
  if (read.object.empty() && read.id.empty()) return refuse("object= or id= is missing");
  if (read.module_path.empty()) return refuse("?module-path=, the token's library, is missing");
  return {};
}

}  // namespace

Result<TokenUri> parse_token_uri(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r') || text.ends_with(' ')) text.remove_suffix(1);
  if (text.size() > kUriBytesMax) return fail(Code::too_large, "pkcs11 URI: longer than 4096 bytes");
  const Uri uri(p11_kit_uri_new());
  const int parsed = p11_kit_uri_parse(std::string(text).c_str(), P11_KIT_URI_FOR_ANY, uri.get());
  if (parsed != P11_KIT_URI_OK)
    return fail(Code::invalid_argument, fmt::format("pkcs11 URI: {}", p11_kit_uri_message(parsed)));
  const CK_TOKEN_INFO* token = p11_kit_uri_get_token_info(uri.get());
  TokenUri read{.token = field(token->label),
                .serial = field(token->serialNumber),
                .object = attribute(uri.get(), CKA_LABEL),
                .id = attribute(uri.get(), CKA_ID),
                .module_path = text_of(p11_kit_uri_get_module_path(uri.get())),
                .pin_file = text_of(p11_kit_uri_get_pin_source(uri.get()))};
  if (read.pin_file.starts_with(kFile)) read.pin_file.erase(0, kFile.size());
  DROVER_TRY(check(uri.get(), read));
  return read;
}

}  // namespace drover::repo
