#include "agent/enroll.h"

#include <fmt/format.h>

#include "agent/identity.h"
#include "net/certificates.h"
#include "repo/trust_store.h"

namespace drover::agent {
namespace {

constexpr std::size_t kRootBytesMax = 512 * 1024;

}  // namespace

Status install_root(fs::FileSystem& files, const Config& config, const std::string& root_file) {
  const Bytes root = DROVER_TRY(fs::read_file(fs::real_file_system(), root_file, kRootBytesMax).in("--root"));
  DROVER_TRY(fs::make_directories(files, config.trust()));
  return repo::TrustStore(files, config.trust()).init(root).in(root_file);
}

Status enroll(net::HttpClient& http, fs::FileSystem& files, const Config& config,
              const Enrolment& enrolment) {
  const net::KeyAndRequest made = DROVER_TRY(net::make_request(config.device->str()));
  const auto response = http.perform(certificate_request(config.server, made.request, enrolment.token));
  const IssuedCertificate issued = DROVER_TRY(read_issued(response));
  if (issued.device != config.device->str())
    return fail(Code::bad_response,
                fmt::format("the token is for device {}, this one is {}; give --device {}", issued.device,
                            config.device->str(), issued.device));
  return IdentityStore(files, config.state_dir / "identity").replace(made.key, issued.certificate, issued.ca);
}

}  // namespace drover::agent
