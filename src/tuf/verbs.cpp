#include "tuf/verbs.h"

#include "repo/client.h"
#include "repo/trust_store.h"
#include "trust/envelope.h"
#include "trust/target_path.h"

namespace drover::tuf {
namespace {

Status init(const Arguments& arguments, fs::FileSystem& files) {
  const Bytes root =
      DROVER_TRY(fs::read_file(files, arguments.root_file, trust::kRootBytesMax).in(arguments.root_file));
  return repo::TrustStore(files, arguments.metadata_dir).init(root);
}

/// Encoded as a role's name is: no target leaves the directory, and no two share a file.
fs::Path target_file(const Arguments& arguments, const std::string& target_path) {
  return fs::Path(arguments.target_dir) / trust::encoded_role(target_path);
}

Status download(repo::Client& client, repo::Refresh& refresh, const Arguments& arguments) {
  for (const std::string& name : arguments.target_names) {
    refresh.follow(name);
    DROVER_TRY(client.run(refresh));
    const repo::TargetInfo target = DROVER_TRY(refresh.find(name));
    DROVER_TRY(client.download(target, target_file(arguments, name)));
  }
  return {};
}

}  // namespace

Status run(const Arguments& arguments, const Hands& hands) {
  if (arguments.verb == "init") return init(arguments, hands.files);
  const repo::TrustStore store(hands.files, arguments.metadata_dir);
  repo::Client client(hands.http, hands.files, store,
                      {.metadata = arguments.metadata_url, .targets = arguments.target_base_url});
  repo::Refresh refresh = DROVER_TRY(client.refresh(hands.clock.now()));
  if (arguments.verb == "refresh") return {};
  DROVER_TRY(fs::make_directories(hands.files, arguments.target_dir));
  return download(client, refresh, arguments);
}

}  // namespace drover::tuf
