#include "cli/server_registry.h"

#include <fmt/format.h>

#include "cli/api_client.h"
#include "net/http.h"
#include "repo/client.h"
#include "repo/loader.h"
#include "repo/repository_files.h"

namespace drover::cli {
namespace {

constexpr std::uint64_t kUploadBytesMax = 4ULL << 30;

class ServerRegistry : public Registry {
 public:
  ServerRegistry(ApiClient api, std::string ca, Bytes root, repo::KeyDirectory keys)
      : Registry(std::move(keys)),
        api_(std::move(api)),
        http_(net::make_curl_client({.identity = {.ca_file = std::move(ca)}})),
        root_(std::move(root)),
        urls_(repo::ClientUrls::below(api_.url() + "/repo")) {}

  Result<trust::TrustedSet> state() override {
    return repo::load_metadata([this](const std::string& name, std::uint64_t bytes_max) -> Result<Bytes> {
      // The first root is the operator's own; the server's word for it counts nothing.
      if (name == repo::versioned_name("root", 1)) return root_;
      return repo::metadata_answer(http_->perform(repo::metadata_request(urls_, {name, bytes_max})));
    });
  }

  Status store(const repo::TargetInfo& target, const fs::Path& source,
               const std::function<void(std::uint64_t)>& progress) override {
    const Bytes content = DROVER_TRY(fs::read_file(fs::real_file_system(), source, kUploadBytesMax));
    DROVER_TRY(trust::check_hashes(content, target.length, target.hashes).in(source.string()));
    DROVER_TRY(api_.call("PUT", "/api/v1/repository/targets/" + target.file_path(),
                         std::string(as_text(content)), {{"x-drover-sha256", target.hashes.at("sha256")}}));
    progress(target.length);
    return {};
  }

  Status install(const repo::Offer& offer, UnixTime /*now*/) override {
    DROVER_TRY(
        api_.post("/api/v1/repository/metadata", {{"metadata", offer.metadata}, {"blobs", offer.blobs}}));
    return {};
  }
  Result<bool> renew(UnixTime /*now*/) override {
    return fail(Code::unsupported, "the server renews snapshot and timestamp by itself");
  }
  [[nodiscard]] std::string place() const override { return api_.url(); }

 private:
  ApiClient api_;
  std::unique_ptr<net::HttpClient> http_;
  Bytes root_;
  repo::ClientUrls urls_;
};

}  // namespace

Result<std::unique_ptr<Registry>> open_server_registry(const RegistryOptions& options) {
  const ApiOptions where{options.server, options.token_file, options.ca, options.workspace};
  const ApiClient api = DROVER_TRY(ApiClient::connect(where));
  const fs::Path workspace = options.workspace;
  const fs::Path keys = options.keys.empty() ? workspace / "keys" : fs::Path(options.keys);
  const fs::Path root =
      options.root.empty() ? workspace / "repository" / "metadata" / "1.root.json" : fs::Path(options.root);
  Result<Bytes> first = fs::read_file(fs::real_file_system(), root, trust::kRootBytesMax);
  if (!first)
    return fail(first.error().code,
                fmt::format("{}: the repository's first root cannot be read: name it with --root "
                            "(it is never taken from the server)",
                            root.string()));
  return std::make_unique<ServerRegistry>(api, api.ca(), std::move(*first),
                                          repo::KeyDirectory{keys, options.passphrase_file});
}

}  // namespace drover::cli
