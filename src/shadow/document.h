#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/result.h"

namespace drover::shadow {

using nlohmann::json;

/// Why a request is refused, with the code and the exact message of the AWS IoT shadow service.
struct Rejection {
  int code = 0;  // an HTTP status
  std::string message = {};
  bool operator==(const Rejection&) const = default;
};

template <class T>
using Outcome = std::expected<T, Rejection>;

struct Limits {
  std::size_t bytes_max = 8192;  // UTF-8 bytes of desired and reported after the merge
  int depth_max = 6;             // levels of names (and of arrays that hold more than plain values)
};

/// What a device is to be and what it says that it is: two JSON objects, never null, with the time of each
/// leaf's last write beside them.
struct Document {
  json desired = json::object();
  json reported = json::object();
  json desired_metadata = json::object();  // {"timestamp": seconds} in place of each leaf
  json reported_metadata = json::object();
  std::uint64_t version = 0;          // of the last accepted update; 0: there was none
  std::uint64_t desired_version = 0;  // the version that last changed desired's content
  UnixTime updated_at = {};
  std::optional<UnixTime> deleted_at = std::nullopt;

  [[nodiscard]] bool exists() const { return version > 0 && !deleted_at; }
};

/// How long a deleted shadow's version is remembered, so that a new one goes on counting.
inline constexpr std::chrono::hours kVersionMemory{48};

struct Update {
  std::optional<json> desired = {};   // an object to merge; null drops the section
  std::optional<json> reported = {};  // likewise
  std::optional<std::uint64_t> version = {};
  std::string client_token = {};
};

/// Reads the body of an update request.
Outcome<Update> parse_update(std::string_view body, const Limits& limits = {});

/// The document after the update, `before` untouched: deep merge, null deletes, arrays replace whole.
/// 409 when the update names another version than the current one, 413 when the result is too large.
Outcome<Document> apply(const Document& before, const Update& update, UnixTime now,
                        const Limits& limits = {});

/// The document after its deletion: empty, its version remembered. 404 when there is none.
Outcome<Document> erase(const Document& before, std::string_view name, UnixTime now);

/// Everything in desired that reported does not equal (1 equals 1.0); an empty object when they agree.
json delta(const Document& document);

}  // namespace drover::shadow
