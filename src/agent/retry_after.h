#pragma once

#include <chrono>

#include "net/http.h"

namespace drover::agent {

/// How long a peer that is asked too much (429) or cannot serve now (503) wants to be left alone: its
/// Retry-After in seconds, at most an hour; 0 when it says nothing.
std::chrono::milliseconds retry_after(const Result<net::ClientResponse>& response);

}  // namespace drover::agent
