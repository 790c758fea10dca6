#include "agent/identity.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"

namespace drover::agent {
namespace {

constexpr std::size_t kPemBytesMax = 64 * 1024;

/// Files and directories made while it lives are the owner's alone.
class OwnerOnly {
 public:
  OwnerOnly() : before_(::umask(0077)) {}
  ~OwnerOnly() { ::umask(before_); }
  OwnerOnly(const OwnerOnly&) = delete;
  OwnerOnly& operator=(const OwnerOnly&) = delete;

 private:
  mode_t before_;
};

bool exists(fs::FileSystem& files, const fs::Path& path) { return files.info(path).has_value(); }

}  // namespace

Status IdentityStore::recover() const {
  const auto names = files_.list(directory_);
  if (!names) return names.error().code == Code::not_found ? Status() : fail(names.error());
  const auto there = [&](std::string_view name) { return std::ranges::find(*names, name) != names->end(); };
  for (const std::string& name : *names)  // what an atomic write left half-written
    if (name.ends_with(".new")) DROVER_TRY(files_.unlink(directory_ / name));
  if (there("device.crt.next")) {
    if (there("device.key.next")) DROVER_TRY(files_.rename(path("device.key.next"), path("device.key")));
    DROVER_TRY(files_.sync_directory(directory_));
    DROVER_TRY(files_.rename(path("device.crt.next"), path("device.crt")));
  } else if (there("device.key.next")) {
    DROVER_TRY(files_.unlink(path("device.key.next")));
  }
  return files_.sync_directory(directory_);
}

bool IdentityStore::enrolled() const {
  return exists(files_, path("device.crt")) && exists(files_, path("device.key"));
}

Status IdentityStore::replace(const std::string& key, const std::string& certificate,
                              const std::string& ca) const {
  const OwnerOnly guard;
  DROVER_TRY(fs::make_directories(files_, directory_));
  DROVER_TRY(recover());
  if (!ca.empty()) DROVER_TRY(fs::write_atomically(files_, path("ca.crt"), as_bytes(ca)));
  DROVER_TRY(fs::write_atomically(files_, path("device.key.next"), as_bytes(key)));
  DROVER_TRY(fs::write_atomically(files_, path("device.crt.next"), as_bytes(certificate)));
  return recover();
}

Result<std::optional<std::string>> IdentityStore::certificate() const {
  if (!enrolled()) return std::nullopt;
  const Bytes bytes = DROVER_TRY(fs::read_file(files_, path("device.crt"), kPemBytesMax));
  return std::string(as_text(bytes));
}

net::Identity IdentityStore::files_of_tls() const {
  return {.ca_file = path("ca.crt"), .certificate_file = path("device.crt"), .key_file = path("device.key")};
}

net::ClientRequest certificate_request(const std::string& server, const std::string& csr,
                                       const std::optional<std::string>& token) {
  nlohmann::json body = {{"csr", csr}};
  if (token) body["token"] = *token;
  return {.method = "POST",
          .url = server + (token ? "/device/v1/enroll" : "/device/v1/renew"),
          .headers = {{"content-type", "application/json"}},
          .body = body.dump()};
}

Result<nlohmann::json> read_answer(const Result<net::ClientResponse>& response, std::string_view url) {
  if (!response) return fail(response.error());
  auto json = parse_json(response->body);
  if (response->status == 200 && json && json->is_object()) return std::move(*json);
  if (response->status == 200)
    return fail(Code::bad_response, fmt::format("{} answers something that is no JSON object", url));
  // {"error":{"code","message"}}, or the shadow's {"code":N,"message"}.
  const bool object = json && json->is_object();
  if (object && json->contains("error") && (*json)["error"].is_object()) {
    const auto& error = (*json)["error"];
    const auto text = [&](const char* key) {
      return error.contains(key) && error[key].is_string() ? error[key].get<std::string>() : std::string();
    };
    return fail(text("code").empty() ? Code::bad_response : code_named(text("code")),
                fmt::format("{} refuses ({}): {}", url, response->status, text("message")));
  }
  const bool spoken = object && json->contains("message") && (*json)["message"].is_string();
  return fail(Code::bad_response,
              fmt::format("{} answers {}{}", url, response->status,
                          spoken ? ": " + (*json)["message"].get<std::string>() : std::string()));
}

Result<IssuedCertificate> read_issued(const Result<net::ClientResponse>& response) {
  const nlohmann::json answer = DROVER_TRY(read_answer(response, "the server"));
  IssuedCertificate issued;
  for (auto [key, member] :
       {std::pair{"device", &issued.device}, {"certificate", &issued.certificate}, {"ca", &issued.ca}}) {
    if (!answer.contains(key) || !answer[key].is_string())
      return fail(Code::bad_response, fmt::format("the server's certificate answer lacks {}", key));
    *member = answer[key].get<std::string>();
  }
  return issued;
}

}  // namespace drover::agent
