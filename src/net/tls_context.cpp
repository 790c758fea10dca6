#include "net/tls_context.h"

#include <fmt/format.h>

#include "base/assert.h"

namespace drover::net {
namespace {

Error file_error(Code code, const std::string& file) {
  return {code, fmt::format("{}: cannot be used for TLS: {}", file, openssl_reason())};
}

Status load_own_certificate(SSL_CTX* context, const TlsFiles& files) {
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate_file.c_str()) != 1)
    return fail(file_error(Code::bad_key, files.certificate_file));
  if (SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1)
    return fail(file_error(Code::bad_key, files.key_file));
  return {};
}

Status load_client_authority(SSL_CTX* context, const std::string& file) {
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr || SSL_CTX_load_verify_locations(context, file.c_str(), nullptr) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return fail(file_error(Code::bad_key, file));
  }
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_verify_depth(context, 3);
  return {};
}

}  // namespace

Result<TlsContextPtr> make_tls_context(const TlsFiles& files) {
  TlsContextPtr context(SSL_CTX_new(TLS_server_method()));
  DROVER_ASSERT(context != nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  // A connection that waits for an hour keeps no buffers for the next record.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  DROVER_TRY(load_own_certificate(context.get(), files));
  if (!files.client_ca_file.empty()) DROVER_TRY(load_client_authority(context.get(), files.client_ca_file));
  return context;
}

std::optional<ClientCertificate> client_certificate(const SSL* tls) {
  const CertificatePtr certificate(SSL_get1_peer_certificate(tls));
  if (!certificate || SSL_get_verify_result(tls) != X509_V_OK) return std::nullopt;
  const Result<std::string> name = common_name(X509_get_subject_name(certificate.get()));
  if (!name) return std::nullopt;
  return ClientCertificate{*name, serial_of(certificate.get())};
}

}  // namespace drover::net
