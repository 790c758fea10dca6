#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/part.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace drover::agent {

/// What is active of a model line.
struct ActiveVersion {
  Digest digest;
  Version version;
};

/// notify.sock: tells applications when the active version of their model changes (docs/formats/notify.md). A
/// client that does not read what it is sent is dropped, never waited for: it comes back by itself.
class Notifier : public Part {
 public:
  static constexpr std::size_t kClientsMax = 256;
  static constexpr std::size_t kLineBytesMax = 128;
  /// The active version now; none when the line has no version or is not known.
  using Ask = std::function<std::optional<ActiveVersion>(const ModelName& model)>;

  /// Listens, in place of a socket that a dead agent left. Mode 0660. Errors: io_failed, invalid_argument
  /// when the path is too long for a socket.
  static Result<std::unique_ptr<Notifier>> open(const std::filesystem::path& path, Ask ask);
  ~Notifier() override;

  void descriptors(std::vector<int>& into) const override;
  void pump() override;

  /// Call after each change of what is active: everyone who asked for the model is told.
  void changed(const ModelName& model);
  [[nodiscard]] std::size_t clients() const { return clients_.size(); }

 private:
  struct Client {
    UniqueFd fd;
    std::string line;  // what came of the first line
    std::optional<ModelName> model;
  };
  Notifier(std::filesystem::path path, UniqueFd listener, Ask ask)
      : path_(std::move(path)), listener_(std::move(listener)), ask_(std::move(ask)) {}
  void accept_waiting();
  bool serve(Client& client);  // false: it is done with
  bool tell(const Client& client);

  std::filesystem::path path_;
  UniqueFd listener_;
  Ask ask_;
  std::vector<Client> clients_;
};

}  // namespace drover::agent
