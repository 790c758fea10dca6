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
  std::string export_to;  // a change is written there as a draft, and nothing is published
};
/// Adds their flags to a verb.
void add_registry_options(CLI::App* verb, RegistryOptions& options);
/// --export FILE, of verbs that change the repository.
void add_export_option(CLI::App* verb, RegistryOptions& options);

/// A repository that models are published to.
class Registry {
 public:
  virtual ~Registry() = default;
  virtual Result<trust::TrustedSet> state() = 0;
  virtual Status store(const repo::TargetInfo& target, const fs::Path& source,
                       const std::function<void(std::uint64_t)>& progress) = 0;
  /// `what`, in words, goes into the repository's account of changes.
  virtual Status install(const repo::Offer& offer, const std::string& what, UnixTime now) = 0;
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

struct Change {
  std::string what;  // "rotate targets"
  std::function<Status(repo::Edit&)> edit;
  std::function<Status()> bring = [] { return Status(); };  // uploads what the change refers to
};
/// Reads the state, edits it, signs, brings what it refers to, and installs; all over again when somebody
/// else published in between. With --export it becomes a draft in that file, signed by the keys at hand, if
/// any.
Status edit_registry(Registry& registry, const RegistryOptions& options, const Change& change);
/// `answer`, where the change was published; else what to do with the draft.
Result<Answer> published(const RegistryOptions& options, Answer answer);

/// What still has to sign: {"file","role","threshold","valid","missing"}, and in words.
nlohmann::ordered_json unsigned_json(const repo::Draft& draft);
std::string unsigned_text(const repo::Draft& draft);

}  // namespace drover::cli
