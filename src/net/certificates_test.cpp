#include "net/certificates.h"

#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include "net/openssl.h"

namespace drover::net {
namespace {

const UnixTime kNow{std::chrono::seconds(1'800'000'000)};

class Certificates : public testing::Test {
 protected:
  KeyAndCertificate authority = make_authority("Drover test authority", kNow).value();

  /// Whether the authority vouches for `certificate`, used for `purpose` at `when`.
  bool verifies(const std::string& certificate, int purpose, UnixTime when) const {
    const auto root = certificate_from_pem(authority.certificate).value();
    const auto leaf = certificate_from_pem(certificate).value();
    OpensslPtr<X509_STORE, X509_STORE_free> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), root.get());
    OpensslPtr<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
    X509_STORE_CTX_set_purpose(context.get(), purpose);
    X509_STORE_CTX_set_time(context.get(), 0, when.time_since_epoch().count());
    return X509_verify_cert(context.get()) == 1;
  }
};

TEST_F(Certificates, ADeviceCertificateIsAClientsForNinetyDays) {
  const auto request = make_request("cam-1").value();
  const auto certificate = sign_request(authority, request.request, kNow);
  ASSERT_TRUE(certificate) << certificate.error().text();
  const auto info = read_certificate(*certificate).value();
  EXPECT_EQ(info.common_name, "cam-1");
  EXPECT_EQ(info.serial.size(), 32u);
  EXPECT_EQ(info.not_after, kNow + std::chrono::days(90));
  EXPECT_GT(renewal_time(info), kNow + std::chrono::days(59));
  EXPECT_LT(renewal_time(info), kNow + std::chrono::days(61));
  EXPECT_TRUE(verifies(*certificate, X509_PURPOSE_SSL_CLIENT, kNow + std::chrono::days(89)));
  EXPECT_FALSE(verifies(*certificate, X509_PURPOSE_SSL_CLIENT, kNow + std::chrono::days(91)));
  EXPECT_FALSE(verifies(*certificate, X509_PURPOSE_SSL_SERVER, kNow));
}

TEST_F(Certificates, NoTwoHaveTheSameSerial) {
  const auto request = make_request("cam-1").value();
  EXPECT_NE(read_certificate(sign_request(authority, request.request, kNow).value())->serial,
            read_certificate(sign_request(authority, request.request, kNow).value())->serial);
}

TEST_F(Certificates, AServerCertificateNamesItsHosts) {
  const auto server = issue_server_certificate(authority, {"localhost", "127.0.0.1", "::1"}, kNow);
  ASSERT_TRUE(server) << server.error().text();
  EXPECT_TRUE(verifies(server->certificate, X509_PURPOSE_SSL_SERVER, kNow));
  EXPECT_FALSE(verifies(server->certificate, X509_PURPOSE_SSL_CLIENT, kNow));
  const auto certificate = certificate_from_pem(server->certificate).value();
  EXPECT_EQ(X509_check_host(certificate.get(), "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_host(certificate.get(), "example.org", 0, 0, nullptr), 0);
}

TEST_F(Certificates, AHostNameCannotSmuggleInASecondOne) {
  for (const char* host : {"a,DNS:evil.org", "", "a b", "a/b"})
    EXPECT_FALSE(issue_server_certificate(authority, {host}, kNow)) << host;
  EXPECT_FALSE(issue_server_certificate(authority, {}, kNow));
}

TEST_F(Certificates, ARequestThatDoesNotProveItsKeyIsRefused) {
  const auto request = make_request("cam-1").value();
  const auto parsed = request_from_pem(request.request).value();
  const KeyPtr other(EVP_EC_gen("P-256"));
  X509_REQ_set_pubkey(parsed.get(), other.get());
  EXPECT_EQ(read_request(to_pem(parsed.get())).error().code, Code::invalid_argument);
  EXPECT_EQ(read_request("nonsense").error().code, Code::invalid_argument);
  EXPECT_EQ(read_request(std::string(1 << 20, 'x')).error().code, Code::too_large);
}

TEST_F(Certificates, ARequestWithTwoNamesOrAWeakKeyIsRefused) {
  const KeyPtr weak(EVP_RSA_gen(1024));
  const KeyPtr good(EVP_EC_gen("P-256"));
  for (const auto& [key, names] :
       {std::pair{weak.get(), 1}, std::pair{good.get(), 2}, std::pair{good.get(), 0}}) {
    const RequestPtr request(X509_REQ_new());
    for (int i = 0; i < names; ++i)
      X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>("a"), 1, -1, 0);
    X509_REQ_set_pubkey(request.get(), key);
    X509_REQ_sign(request.get(), key, EVP_sha256());
    EXPECT_EQ(read_request(to_pem(request.get())).error().code, Code::invalid_argument);
  }
}

TEST_F(Certificates, ARequestForSomebodyElseIsReadAsWhatItSays) {
  EXPECT_EQ(read_request(make_request("cam-2")->request).value(), "cam-2");
  EXPECT_FALSE(make_request(std::string(65, 'a')));
  EXPECT_FALSE(make_request(""));
  EXPECT_FALSE(make_request("\xff"));
}

}  // namespace
}  // namespace drover::net
