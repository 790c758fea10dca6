#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

/// Sockets of 127.0.0.1 for tests that stand between the programs.
namespace drover::e2e {

/// Listens on a port that the kernel chooses. Throws when it cannot.
UniqueFd listen_on_loopback();
int port_of(const UniqueFd& listener);
UniqueFd connect_to_loopback(int port);
/// False when the peer went, or when it takes nothing for a while.
bool send_all(const UniqueFd& peer, std::string_view bytes);
/// Closes with a reset instead of an orderly end: what is on its way is lost.
void reset_connection(UniqueFd& peer);
/// Whether the descriptor can be read (or its peer went) within `wait_ms`.
bool readable(const UniqueFd& fd, int wait_ms);

}  // namespace drover::e2e
