#pragma once

#include <expected>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace drover {

/// A value or the Error that stands in its place. Ignoring one is a compile error (warnings are errors).
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;

  /// The same result, a failure telling one more outer place.
  Result in(std::string_view place) && {
    if (!this->has_value()) return Result(std::unexpect, std::move(this->error()).in(place));
    return std::move(*this);
  }
};

using Status = Result<void>;

/// fail(Code::bad_json, "line 3: …"): what a function returns instead of a value.
inline std::unexpected<Error> fail(Code code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

namespace detail {
template <class T>
T take(Result<T>& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace detail

}  // namespace drover

/// The value of a Result; on failure the enclosing function returns the error.
///     Manifest manifest = DROVER_TRY(parse_manifest(bytes));
#define DROVER_TRY(...)                                                                      \
  ({                                                                                         \
    auto drover_result = (__VA_ARGS__);                                                      \
    if (!drover_result.has_value()) return ::drover::fail(std::move(drover_result).error()); \
    ::drover::detail::take(drover_result);                                                   \
  })
