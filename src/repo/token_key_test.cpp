// Keys in a token, of SoftHSM: a token in a folder, behind the same interface as one of hardware.
#include "repo/token_key.h"

#include <gtest/gtest.h>

#include "base/process.h"
#include "repo/key_ring.h"
#include "repo/token_uri.h"

namespace drover::repo {
namespace {

constexpr std::string_view kPin = "4711";

std::string module_path() {
  for (const char* path :
       {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"})
    if (std::filesystem::exists(path)) return path;
  return {};
}

class TokenKeyTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (module_path().empty()) return;
    std::string name = (std::filesystem::temp_directory_path() / "drover-token-XXXXXX").string();
    place_ = ::mkdtemp(name.data());
    std::filesystem::create_directory(place_ / "tokens");
    const std::string settings =
        "directories.tokendir = " + (place_ / "tokens").string() + "\nlog.level = ERROR\n";
    ASSERT_TRUE(fs::write_atomically(files(), place_ / "softhsm.conf", as_bytes(settings)));
    ::setenv("SOFTHSM2_CONF", (place_ / "softhsm.conf").c_str(), 1);
    must({"/usr/bin/softhsm2-util", "--init-token", "--free", "--label", "drover", "--pin", std::string(kPin),
          "--so-pin", "0815"});
    make_key("EC:prime256v1", "targets", "01");
    make_key("EC:prime256v1", "twice", "02");
    make_key("EC:prime256v1", "twice", "03");
    make_key("EC:secp384r1", "wide", "04");
  }
  static void TearDownTestSuite() {
    if (!place_.empty()) std::filesystem::remove_all(place_);
  }
  void SetUp() override {
    if (module_path().empty()) GTEST_SKIP() << "softhsm2 is not installed";
  }

  static fs::FileSystem& files() { return fs::real_file_system(); }
  static void must(std::vector<std::string> command) {
    const auto done = run_process({.argv = std::move(command), .time_max = std::chrono::seconds(60)});
    ASSERT_TRUE(done && done->ok()) << (done ? done->explain() : done.error().text());
  }
  static void make_key(const std::string& kind, const std::string& label, const std::string& id) {
    must({"/usr/bin/pkcs11-tool", "--module", module_path(), "--token-label", "drover", "--login", "--pin",
          std::string(kPin), "--keypairgen", "--key-type", kind, "--label", label, "--id", id});
  }
  static std::string uri(const std::string& of) { return "pkcs11:" + of + "?module-path=" + module_path(); }
  static Code refusal(const std::string& of, std::string_view pin = kPin) {
    const auto key = token_key(files(), uri(of), pin);
    return key ? Code::internal : key.error().code;
  }

  static inline fs::Path place_;
};

TEST_F(TokenKeyTest, SignsWhatItsPublicKeyVerifies) {
  const auto key = token_key(files(), uri("token=drover;object=targets"), kPin);
  ASSERT_TRUE(key) << key.error().text();
  const auto signature = key->sign(as_bytes("a model"));
  ASSERT_TRUE(signature) << signature.error().text();
  EXPECT_TRUE(trust::verifies(key->public_key(), as_bytes("a model"), *signature));
  EXPECT_FALSE(trust::verifies(key->public_key(), as_bytes("another"), *signature));
  EXPECT_EQ(key->keyid(), trust::keyid_of(key->public_key()));
}

TEST_F(TokenKeyTest, OneKeyOfSeveralIsFoundByItsId) {
  const auto second = token_key(files(), uri("token=drover;object=twice;id=%02"), kPin);
  const auto third = token_key(files(), uri("token=drover;id=%03"), kPin);
  ASSERT_TRUE(second && third);
  EXPECT_NE(second->keyid(), third->keyid());
  EXPECT_TRUE(second->sign(as_bytes("x")) && third->sign(as_bytes("x"))) << "both at once";
}

TEST_F(TokenKeyTest, SaysWhatIsNotThere) {
  EXPECT_EQ(refusal("token=other;object=targets"), Code::not_found);
  EXPECT_EQ(refusal("token=drover;object=root"), Code::not_found);
  EXPECT_EQ(refusal("token=drover;object=twice"), Code::not_found) << "two are meant";
  EXPECT_EQ(refusal("token=drover;object=wide"), Code::bad_key) << "P-384";
  EXPECT_EQ(refusal("token=drover;object=targets", "0000"), Code::bad_key) << "the PIN";
  const auto no_module =
      token_key(files(), "pkcs11:token=drover;object=targets?module-path=/no/such.so", kPin);
  EXPECT_EQ(no_module.error().code, Code::not_found);
}

TEST_F(TokenKeyTest, APinStandsInAFileOfItsOwn) {
  ASSERT_TRUE(fs::write_atomically(files(), place_ / "pin", as_bytes("4711\n")));
  const std::string from_file =
      uri("token=drover;object=targets") + "&pin-source=file:" + (place_ / "pin").string();
  EXPECT_TRUE(token_key(files(), from_file));
  EXPECT_EQ(token_key(files(), from_file + "x").error().code, Code::not_found);
}

TEST_F(TokenKeyTest, AKeyDirectoryHoldsAReference) {
  const fs::Path directory = place_ / "keys";
  std::filesystem::create_directory(directory);
  ASSERT_TRUE(fs::write_atomically(files(), directory / "targets.pkcs11",
                                   as_bytes(uri("token=drover;object=targets") + "\n")));
  KeyRing ring;
  ASSERT_TRUE(ring.add_directory(files(), directory, kPin));
  ASSERT_EQ(ring.keys().size(), 1u);
  trust::Envelope envelope{.body = {{"version", 1}}};
  const trust::PrivateKey& key = ring.keys().front();
  EXPECT_TRUE(
      ring.sign_fully(envelope, {{key.keyid(), key.public_key()}}, {.keyids = {key.keyid()}}, "targets"));
}

TEST(TokenUri, SaysWhatIsMissingOrNotTaken) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"pkcs11:object=a?module-path=/m", "token= or serial= is missing"},
      {"pkcs11:token=a?module-path=/m", "object= or id= is missing"},
      {"pkcs11:token=a;object=b", "?module-path=, the token's library, is missing"},
      {"pkcs11:token=a;object=b?module-path=/m&pin-value=1", "the PIN does not belong into it"},
      {"pkcs11:token=a;object=b;colour=c?module-path=/m", "an attribute in it is not known"},
      {"file:/etc/passwd", "pkcs11 URI: "},
      {"pkcs11:token=%zz;object=b?module-path=/m", "pkcs11 URI: "},
      {"", "pkcs11 URI: "},
  };
  for (const auto& [text, message] : kRows) {
    const auto read = parse_token_uri(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().message.find(message), std::string::npos) << read.error().message;
  }
  EXPECT_EQ(parse_token_uri(std::string(5000, 'x')).error().code, Code::too_large);
}

TEST(TokenUri, IsReadAsRfc7512Writes) {
  const auto read = parse_token_uri(
      "pkcs11:token=My%20token;serial=0a1b;object=a%3bb;id=%00%ff?module-path=/lib/m.so&pin-source=file:/run/"
      "pin\n");
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->token, "My token");
  EXPECT_EQ(read->serial, "0a1b");
  EXPECT_EQ(read->object, "a;b");
  EXPECT_EQ(read->id, std::string("\0\xff", 2));
  EXPECT_EQ(read->module_path, "/lib/m.so");
  EXPECT_EQ(read->pin_file, "/run/pin");
}

}  // namespace
}  // namespace drover::repo
