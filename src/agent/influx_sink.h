#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/download.h"
#include "agent/part.h"
#include "agent/ring_drain.h"
#include "fs/segment_log.h"
#include "sink/influx.h"
#include "sink/refused_batches.h"

namespace drover::agent {

struct InfluxOptions {
  sink::InfluxTarget target;
  std::string device;                  // a tag; empty: none
  fs::Path directory;                  // of the log and of refused batches
  std::uint64_t bytes_max = 16 << 20;  // of what waits
  /// The name of a version; "" for one that is not known. Set: a point an inference as well.
  std::function<std::string(const ModelName& model, const Digest& digest)> raw_version = {};
};

/// The device's own way to InfluxDB, for one without a server or beside it. Lines wait in a log on the disk,
/// a record a window, until the database has them; how far it came is remembered in memory and, with the next
/// record, on the disk: what is sent again overwrites itself.
class InfluxSink : public Part, public RingListener {
 public:
  /// Errors: those of the disk.
  static Result<std::unique_ptr<InfluxSink>> open(Outside& outside, InfluxOptions options);
  ~InfluxSink() override;

  /// An entry of telemetry: its windows become points. Other entries are nothing.
  void take(const nlohmann::json& entry);
  /// The agent stops: what is in memory goes to the disk.
  void flush();

  void record(const ModelName& model, const ring::Record& record) override;
  void drained(const ModelName&, std::uint64_t, std::uint64_t) override {}
  void death(const ModelName&, const Digest&) override {}

  [[nodiscard]] Monotonic due() const override;
  void pump() override;

  /// Records that wait.
  [[nodiscard]] std::uint64_t waiting() const;
  /// Records that the bound dropped, and batches that went aside, since the start.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  struct Batch {
    std::uint64_t last = 0;
    std::size_t records = 0;
    std::string lines = {};
  };
  InfluxSink(Outside& outside, InfluxOptions options, fs::SegmentLog log);
  void store(std::string_view lines);
  [[nodiscard]] SeqRanges pending() const;
  Batch next_batch();
  void send();
  void ended(const Batch& batch, const Result<net::ClientResponse>& response);
  void advance(const Batch& batch);
  void put_aside(const Batch& batch, const std::string& why);
  void later(const std::string& why, std::chrono::milliseconds asked);

  Outside& outside_;
  InfluxOptions options_;
  fs::SegmentLog log_;
  sink::RefusedBatches aside_;
  std::uint64_t sent_;  // all numbers up to this one are the database's
  std::size_t records_max_;
  std::uint64_t lost_ = 0, refused_ = 0;
  int tries_ = 0;
  std::string raw_;
  std::optional<net::TransferId> transfer_;
  Monotonic send_due_{0}, flush_due_{kNever};
};

}  // namespace drover::agent
