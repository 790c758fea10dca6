#pragma once

#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "agent/spool_shelf.h"

namespace drover::agent {

/// Telemetry on its way to the server (docs/formats/telemetry.md): on the disk, and in memory while the disk
/// takes nothing. One request at a time: batch(), then acknowledge() or refused(), or batch() again.
class TelemetrySpool {
 public:
  /// Of a request's entries, unless one alone is longer.
  static constexpr std::size_t kBatchBytesMax = 192 << 10;
  TelemetrySpool(fs::FileSystem& files, SpoolOptions options);

  /// Durable when it returns, if the disk is in order. `now` where the clock is believed. An entry that is
  /// longer than `entry_bytes_max` is lost, and told as such.
  void add(nlohmann::json entry, std::optional<UnixTime> now);
  /// Whether there is something to send.
  [[nodiscard]] bool waits() const;
  /// The next request's body: at most 30 entries, the newest first of what the server has not heard of, then
  /// the oldest; and what was lost.
  std::string batch();
  /// Takes the server's answer to the last batch; false when that brought nothing. Errors: bad_response.
  Result<bool> acknowledge(const nlohmann::json& answer);
  /// The server refused what the last batch holds, not the moment.
  void refused();
  /// Whatever was refused is tried again.
  void forgive();

  /// `waiting` entries, `bytes` on the disk, `lost` and not yet told.
  [[nodiscard]] nlohmann::json status() const;

 private:
  Status keep(const std::string& text, std::optional<UnixTime> now);
  Status open();
  void tell_of(const Status& kept);

  fs::FileSystem& files_;
  SpoolOptions options_;
  MemoryShelf memory_;
  std::unique_ptr<LogShelf> log_;  // null: the disk has refused it so far
  Shelf* sent_ = &memory_;         // what the last batch came from
  bool disk_fails_ = false;
};

}  // namespace drover::agent
