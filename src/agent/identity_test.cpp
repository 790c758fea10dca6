#include "agent/identity.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include <nlohmann/json.hpp>

#include "agent/fake_http.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

std::string on_disk(fs::FileSystem& files, const char* name) {
  const auto bytes = fs::read_file(files, fs::Path("/id") / name, 1000);
  return bytes ? std::string(as_text(*bytes)) : "none";
}

TEST(IdentityStore, APowerCutAtAnyInstantLeavesTheOldPairOrTheNewOne) {
  for (std::uint64_t cut = 0;; ++cut) {
    fs::SimFileSystem files;
    const IdentityStore store(files, "/id");
    ASSERT_TRUE(store.replace("key 1", "certificate 1", "ca"));
    files.cut_power_after(cut);
    const bool done = store.replace("key 2", "certificate 2", "").has_value();
    files.restart(cut);
    ASSERT_TRUE(store.recover());
    const std::string pair = on_disk(files, "device.key") + ", " + on_disk(files, "device.crt");
    EXPECT_TRUE(pair == "key 1, certificate 1" || pair == "key 2, certificate 2") << pair << " at " << cut;
    EXPECT_EQ(on_disk(files, "ca.crt"), "ca");
    EXPECT_EQ(files.list("/id")->size(), 3u) << "nothing is left behind at " << cut;
    if (done) {
      EXPECT_EQ(pair, "key 2, certificate 2");
      break;
    }
  }
}

TEST(IdentityStore, KeepsTheKeyToItsOwner) {
  const fs::Path directory = testing::TempDir() + "drover_identity_test";
  std::filesystem::remove_all(directory);
  ASSERT_TRUE(IdentityStore(fs::real_file_system(), directory).replace("key", "certificate", "ca"));
  for (const char* name : {".", "device.key", "device.crt"}) {
    struct stat info{};
    ASSERT_EQ(::stat((directory / name).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0077, 0u) << name;
  }
  std::filesystem::remove_all(directory);
}

TEST(CertificateRequest, SpendsTheTokenOnlyToEnroll) {
  const auto enroll = certificate_request("https://h", "CSR", "T");
  EXPECT_EQ(enroll.url, "https://h/device/v1/enroll");
  EXPECT_EQ(nlohmann::json::parse(enroll.body), (nlohmann::json{{"csr", "CSR"}, {"token", "T"}}));
  const auto renew = certificate_request("https://h", "CSR", std::nullopt);
  EXPECT_EQ(renew.url, "https://h/device/v1/renew");
  EXPECT_EQ(nlohmann::json::parse(renew.body), (nlohmann::json{{"csr", "CSR"}}));
}

TEST(CertificateAnswer, IsReadOrRefusedInTheServersWords) {
  const auto issued = read_issued(answer(200, R"({"device":"d","certificate":"C","ca":"A"})"));
  ASSERT_TRUE(issued);
  EXPECT_EQ(issued->certificate, "C");
  const auto refused =
      read_issued(answer(403, R"({"error":{"code":"not_authorized","message":"the token was used"}})"));
  EXPECT_EQ(refused.error().code, Code::not_authorized);
  EXPECT_NE(refused.error().message.find("the token was used"), std::string::npos);
  EXPECT_EQ(read_issued(answer(200, R"({"device":"d"})")).error().code, Code::bad_response);
  EXPECT_EQ(read_issued(answer(200, "<html>")).error().code, Code::bad_response);
  EXPECT_EQ(read_issued(answer(502, "")).error().code, Code::bad_response);
}

}  // namespace
}  // namespace drover::agent
