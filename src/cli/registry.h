#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/command.h"
#include "repo/edit.h"
#include "repo/repository.h"
#include "repo/workspace.h"

namespace drover::cli {

/// Where the model and key verbs find the repository and the keys.
struct RegistryOptions {
  std::string server;      // URL of a drover-server: publish through its API
  std::string token_file;  // an operator's token
  std::string ca;          // the authority of the server's certificate
  std::string root;        // the repository's first root; empty: the workspace's
  std::string workspace;   // made by `drover init`
  std::string repository;  // has metadata/ and targets/, or is a workspace
  std::string keys;        // empty: keys/ of the workspace, or beside the repository
  std::string passphrase_file;
};
/// Adds their flags to a verb.
void add_registry_options(CLI::App* verb, RegistryOptions& options);

/// A repository that models are published to.
class Registry {
 public:
  virtual ~Registry() = default;
  virtual Result<trust::TrustedSet> state() = 0;
  virtual Status store(const repo::TargetInfo& target, const fs::Path& source,
                       const std::function<void(std::uint64_t)>& progress) = 0;
  virtual Status install(const repo::Offer& offer, UnixTime now) = 0;
  /// Signs snapshot and timestamp anew when they are due, or right away.
  virtual Result<bool> renew(UnixTime now) = 0;
  [[nodiscard]] const repo::KeyDirectory& keys() const { return keys_; }
  [[nodiscard]] virtual std::string place() const = 0;

 protected:
  explicit Registry(repo::KeyDirectory keys) : keys_(std::move(keys)) {}

 private:
  repo::KeyDirectory keys_;
};

/// invalid_argument when no place is named, not_found when there is no repository.
Result<std::unique_ptr<Registry>> open_registry(const RegistryOptions& options);

/// Reads the state, lets `change` edit it, signs, lets `before_install` bring what the change refers to, and
/// installs; all over again when somebody else published in between.
Status edit_registry(
    Registry& registry, const std::function<Status(repo::Edit&)>& change,
    const std::function<Status()>& before_install = [] { return Status(); });

}  // namespace drover::cli
