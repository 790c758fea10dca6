#pragma once

#include <exception>
#include <functional>

#include "base/result.h"
#include "drover/drover.h"

namespace drover::sdk {

/// Keeps the message for drover_error_message() and returns the code's number in the C interface.
drover_error_t report(const Error& error);

/// Runs `body`, which returns a Status; no exception passes the C interface.
template <class Body>
drover_error_t guarded(Body&& body) noexcept {
  try {
    const Status done = body();
    return done ? DROVER_OK : report(done.error());
  } catch (const std::bad_alloc&) {
    return report({Code::out_of_memory, "out of memory"});
  } catch (const std::exception& error) {
    return report({Code::internal, error.what()});
  }
}

/// Option `field` of a struct that may be shorter than this build's, because its user was built earlier; T{}
/// when it does not reach so far or there is no struct.
#define DROVER_OPTION(options, field)                                                                      \
  ((options) != nullptr && (options)->size >= offsetof(std::remove_cvref_t<decltype(*(options))>, field) + \
                                                  sizeof((options)->field)                                 \
       ? (options)->field                                                                                  \
       : std::remove_cvref_t<decltype((options)->field)>{})

}  // namespace drover::sdk
