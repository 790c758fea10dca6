#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "db/store.h"

/// For tests: what every Store must do is asked of each backend; a further one adds a line to backends().
namespace drover::db {

inline UnixTime at(std::int64_t seconds) { return UnixTime(std::chrono::seconds(seconds)); }
inline DeviceId device(const std::string& id) { return DeviceId::parse(id).value(); }

struct Backend {
  std::string name;
  /// Opens the store at `place`, a new empty directory's name; again to find what was stored.
  std::function<std::unique_ptr<Store>(const std::string& place)> open;
};

inline std::vector<Backend> backends() {
  return {{"sqlite", [](const std::string& place) { return open_sqlite_store(place + "/db").value(); }}};
}
inline std::string backend_name(const testing::TestParamInfo<Backend>& info) { return info.param.name; }

class StoreConformance : public testing::TestWithParam<Backend> {
 protected:
  StoreConformance() {
    std::string pattern = (std::filesystem::temp_directory_path() / "drover-db-XXXXXX").string();
    place_ = mkdtemp(pattern.data());
    reopen();
  }
  ~StoreConformance() override {
    store.reset();
    std::filesystem::remove_all(place_);
  }
  void reopen() {
    store.reset();
    store = GetParam().open(place_);
  }
  Status enrol(const std::string& token, const std::string& id, const std::string& serial,
               UnixTime now = at(10)) {
    return store->enrol(sha256(token), {serial, device(id), at(1000)}, now);
  }
  void add_token(const std::string& token, std::optional<DeviceId> bound_to = {}, Labels labels = {}) {
    ASSERT_TRUE(store->add_token({sha256(token), std::move(bound_to), std::move(labels), at(100)}));
  }

  static WindowRow window(const std::string& model, std::int64_t end_ms) {
    return {.model = model,
            .version = "1.0.0",
            .digest = "d",
            .begin_ms = std::max<std::int64_t>(end_ms - 60'000, 0),
            .end_ms = end_ms,
            .inferences = 60,
            .labelled = 3,
            .right = 2,
            .body = "body"};
  }
  static AlertRow alert(const std::string& rule, const std::string& change, std::int64_t at_ms) {
    return {.model = "defect",
            .version = "1.0.0",
            .digest = "d",
            .rule = rule,
            .kind = "rule",
            .change = change,
            .at_ms = at_ms,
            .body = "body"};
  }
  /// Each in an entry of its own, the next of its epoch unless it names one.
  void add_window(const std::string& id, WindowRow row, UnixTime now = at(1)) {
    if (row.from.epoch.empty()) row.from = {"e", ++seq_, 0};
    ASSERT_TRUE(store->add_telemetry(
        device(id), {{.epoch = row.from.epoch, .seq = row.from.seq, .body = "{}", .windows = {row}}}, {},
        now));
  }
  void add_alert(const std::string& id, AlertRow row, UnixTime now = at(1)) {
    if (row.from.epoch.empty()) row.from = {"e", ++seq_, 0};
    ASSERT_TRUE(store->add_telemetry(
        device(id), {{.epoch = row.from.epoch, .seq = row.from.seq, .body = "{}", .alerts = {row}}}, {},
        now));
  }

  std::unique_ptr<Store> store;

 private:
  std::string place_;
  std::uint64_t seq_ = 100;
};

}  // namespace drover::db
