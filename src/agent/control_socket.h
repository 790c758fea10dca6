#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/part.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace drover::agent {

constexpr std::size_t kControlLineBytesMax = 64 * 1024;
constexpr std::size_t kControlClientsMax = 16;

/// agent.sock: a person on the device speaks to the running agent, one JSON document a line each way. Who may
/// is decided by the file's permissions (0600). docs/formats/control-socket.md.
class ControlSocket : public Part {
 public:
  using Handler = std::function<Result<nlohmann::json>(const nlohmann::json& request)>;

  /// Takes the place of a socket that a dead agent left; conflict while another agent answers there.
  static Result<std::unique_ptr<ControlSocket>> open(const std::string& path, Handler handler);
  ~ControlSocket() override;

  void descriptors(std::vector<int>& into) const override;
  void pump() override;

 private:
  struct Client {
    UniqueFd fd;
    std::string line;
  };
  ControlSocket(std::string path, UniqueFd listener, Handler handler)
      : path_(std::move(path)), listener_(std::move(listener)), handler_(std::move(handler)) {}
  void accept_waiting();
  bool serve(Client& client);  // false: it is done with
  bool answer(Client& client, std::string_view line);

  std::string path_;
  UniqueFd listener_;
  Handler handler_;
  std::vector<Client> clients_;
};

/// Asks the agent at `path`. unreachable when none runs; otherwise the agent's own answer or refusal.
Result<nlohmann::json> ask_agent(const std::string& path, const nlohmann::json& request);

}  // namespace drover::agent
