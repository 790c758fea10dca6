#include "trust/keys.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/canonical_json.h"
#include "trust/envelope.h"
#include "trust/private_key.h"

namespace drover::trust {
namespace {

std::string data_file(const std::string& name) {
  std::ifstream file(DROVER_SOURCE_DIR "/tests/data/tuf/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Keys, ASignatureHoldsForItsMessageAndKeyOnly) {
  const PrivateKey key = PrivateKey::generate();
  const Bytes signature = *key.sign(as_bytes("model"));
  EXPECT_TRUE(verifies(key.public_key(), as_bytes("model"), signature));
  EXPECT_FALSE(verifies(key.public_key(), as_bytes("Model"), signature));
  EXPECT_FALSE(verifies(PrivateKey::generate().public_key(), as_bytes("model"), signature));
  EXPECT_FALSE(verifies(key.public_key(), as_bytes("model"), {}));
}

TEST(Keys, APrivateKeyComesBackOnlyWithItsPassphrase) {
  const PrivateKey key = PrivateKey::generate();
  const std::string sealed = key.to_pem("correct horse");
  EXPECT_TRUE(sealed.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  EXPECT_EQ(PrivateKey::from_pem(sealed, "correct horse")->keyid(), key.keyid());
  for (std::string_view wrong : {"", "battery staple"})
    EXPECT_EQ(PrivateKey::from_pem(sealed, wrong).error().code, Code::bad_key) << wrong;
  EXPECT_EQ(PrivateKey::from_pem(key.to_pem())->keyid(), key.keyid());
  EXPECT_EQ(PrivateKey::from_pem("no key").error().code, Code::bad_key);
}

TEST(Keys, AnUnknownSchemeOrABrokenKeyVerifiesNothingAndIsNoError) {
  const PrivateKey key = PrivateKey::generate();
  const Bytes signature = *key.sign(as_bytes("x"));
  for (const auto& [scheme, value] : std::vector<std::pair<std::string, std::string>>{
           {"sphincs", key.public_key().public_value},
           {"ed25519", key.public_key().public_value},
           {"ed25519", "00ff"},
           {"rsassa-pss-sha256", key.public_key().public_value},
           {"ecdsa-sha2-nistp256", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"}}) {
    const Result<Key> parsed = parse_key(make_key("any", scheme, value).document);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_FALSE(verifies(*parsed, as_bytes("x"), signature)) << scheme;
  }
}

TEST(Keys, AKeyOfAnotherKindVerifiesNothingAndIsNoError) {
  const auto named = [](const char* identity) {
    return nlohmann::json{
        {"keytype", "sigstore-oidc"}, {"scheme", "Fulcio"}, {"keyval", {{"identity", identity}}}};
  };
  const Result<Key> key = parse_key(named("a@example.com"));
  ASSERT_TRUE(key) << key.error().text();
  EXPECT_FALSE(verifies(*key, as_bytes("x"), as_bytes("x")));
  EXPECT_EQ(key->document, named("a@example.com"));
  EXPECT_NE(identity_of(*key), identity_of(*parse_key(named("b@example.com"))));
  for (const char* member : {"keytype", "scheme", "keyval"}) {
    nlohmann::json lacking = named("a@example.com");
    lacking.erase(member);
    EXPECT_EQ(parse_key(lacking).error().code, Code::bad_key) << member;
  }
}

TEST(Keys, UnknownFieldsOfAKeyAreKeptAndChangeItsId) {
  nlohmann::json document = PrivateKey::generate().public_key().document;
  const std::string before = keyid_of(*parse_key(document));
  document["x-hsm"] = {{"slot", 3}};
  EXPECT_EQ(parse_key(document)->document, document);
  EXPECT_NE(keyid_of(*parse_key(document)), before);
}

TEST(Keys, OneKeyIsTheSameKeyWhateverStandsAroundIt) {
  const Key key = PrivateKey::generate().public_key();
  Key other = make_key("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", key.public_value + "\n\n");
  EXPECT_NE(keyid_of(key), keyid_of(other));
  EXPECT_EQ(identity_of(key), identity_of(other));
}

/// tests/data/tuf/ORIGIN.md says which program made them.
TEST(Keys, SignaturesOfAnIndependentImplementationHold) {
  const nlohmann::json cases = nlohmann::json::parse(data_file("signatures.json"));
  ASSERT_EQ(cases.size(), 3u);
  for (const auto& one : cases) {
    const Key key = *parse_key(one["key"]);
    const std::string canonical = *canonical_json(one["signed"]);
    EXPECT_EQ(canonical, one["canonical"].get<std::string>()) << key.scheme;
    EXPECT_EQ(keyid_of(key), one["keyid"].get<std::string>()) << key.scheme;
    const Bytes signature = *from_hex(one["sig"].get<std::string>());
    EXPECT_TRUE(verifies(key, as_bytes(canonical), signature)) << key.scheme;
    EXPECT_FALSE(verifies(key, as_bytes(canonical + " "), signature)) << key.scheme;
  }
}

}  // namespace
}  // namespace drover::trust
