#include "cli/server_registry.h"

#include <fmt/format.h>

#include "cli/api_client.h"
#include "net/http.h"
#include "repo/client.h"
#include "repo/loader.h"
#include "repo/repository_files.h"

namespace drover::cli {
namespace {

class ServerRegistry : public Registry {
 public:
  ServerRegistry(ApiClient api, Bytes root, repo::KeyDirectory keys)
      : Registry(std::move(keys)),
        api_(std::move(api)),
        root_(std::move(root)),
        urls_(repo::ClientUrls::below(api_.url() + "/repo")) {}

  Result<trust::TrustedSet> state() override {
    return repo::load_metadata([this](const std::string& name, std::uint64_t bytes_max) -> Result<Bytes> {
      // The first root is the operator's own; the server's word for it counts nothing.
      if (name == repo::versioned_name("root", 1)) return root_;
      return repo::metadata_answer(api_.send(repo::metadata_request(urls_, {name, bytes_max})));
    });
  }

  /// What an earlier attempt brought whole is not sent again: the server keeps a target by its hash.
  Status store(const repo::TargetInfo& target, const fs::Path& source,
               const std::function<void(std::uint64_t)>& progress) override {
    const auto there = DROVER_TRY(api_.send({.method = "HEAD", .url = repo::target_url(urls_, target)}));
    if (there.status == 200 && there.total_bytes == target.length) return {};
    DROVER_TRY(api_.upload("/api/v1/repository/targets/" + target.file_path(), source, progress));
    return {};
  }

  Status install(const repo::Offer& offer, const std::string& /*what*/, UnixTime /*now*/) override {
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
  return std::make_unique<ServerRegistry>(api, std::move(*first),
                                          repo::KeyDirectory{keys, options.passphrase_file});
}

}  // namespace drover::cli
