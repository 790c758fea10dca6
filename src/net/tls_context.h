#pragma once

#include <openssl/ssl.h>

#include <optional>

#include "net/openssl.h"
#include "net/server.h"

namespace drover::net {

using TlsContextPtr = OpensslPtr<SSL_CTX, SSL_CTX_free>;
using TlsPtr = OpensslPtr<SSL, SSL_free>;

/// A server's side of TLS 1.2 and 1.3. With a client authority, a client may present a certificate of it; any
/// other certificate ends the handshake. Sessions are not resumed, so that every connection proves itself
/// anew. Errors: bad_key, not_found, each naming the file.
Result<TlsContextPtr> make_tls_context(const TlsFiles& files);

/// The verified certificate of the peer, if it presented one.
std::optional<ClientCertificate> client_certificate(const SSL* tls);

}  // namespace drover::net
