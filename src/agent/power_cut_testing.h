#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "agent/sim_device_testing.h"
#include "base/log.h"
#include "lifecycle/state_file.h"

/// The power goes after every single operation on the disk, in an update, a rollback, the removal of an old
/// version and the repair of a damaged one, several times each with another part of what was not synced lost.
namespace drover::agent {

inline constexpr std::size_t kKeep = 2;

/// A story told up to the moment that the power cut may come, and from there on.
struct Story {
  std::string name;
  std::vector<std::string> before;  // assigned and settled, one after the other
  std::string then;                 // assigned at last; empty: a person rolls back
  std::string active_after;
  std::vector<std::string> on_disk_after;
  bool has_error = false;
  bool holds = false;  // nothing was recorded before the story: the active version was never committed
  /// What befell the active version before the story: in files whose samples still pass, or do not, or all.
  enum class Damage { none, hidden, shows, gone } damage = Damage::none;

  [[nodiscard]] bool is_repair() const { return damage != Damage::none; }
};
inline void PrintTo(const Story& story, std::ostream* out) { *out << story.name; }

inline const std::vector<Story>& stories() {
  static const std::vector<Story> all = {
      {"FirstInstall", {}, "1.0.0", "1.0.0", {"1.0.0"}},
      {"UpdateThatRemovesAnOldVersion", {"1.0.0", "1.1.0"}, "1.2.0", "1.2.0", {"1.1.0", "1.2.0"}},
      {"FailedProbation", {"1.0.0"}, "2.0.0", "1.0.0", {"1.0.0"}, true},
      {"RollbackByAPerson", {"1.0.0", "1.1.0"}, "", "1.0.0", {"1.0.0"}, true},
      {"FailedProbationAfterAnUnprovenVersion", {"1.0.0"}, "2.0.0", "1.0.0", {"1.0.0"}, true, true},
      {"UpdateThatDropsAnUnprovenVersion",
       {"1.0.0", "1.1.0"},
       "1.2.0",
       "1.2.0",
       {"1.1.0", "1.2.0"},
       false,
       true},
      {"ReturnToAKeptVersion", {"1.0.0", "1.1.0"}, "1.0.0", "1.0.0", {"1.0.0", "1.1.0"}},
      {.name = "RepairOfADamagedActiveVersion",
       .before = {"1.0.0", "1.1.0"},
       .then = "",
       .active_after = "1.1.0",
       .on_disk_after = {"1.0.0", "1.1.0"},
       .damage = Story::Damage::hidden},
      {.name = "RepairWhileThePreviousVersionStandsIn",
       .before = {"1.0.0", "1.1.0"},
       .then = "",
       .active_after = "1.1.0",
       .on_disk_after = {"1.0.0", "1.1.0"},
       .damage = Story::Damage::shows},
      {.name = "RepairOfAVersionThatIsGone",
       .before = {"1.0.0", "1.1.0"},
       .then = "",
       .active_after = "1.1.0",
       .on_disk_after = {"1.0.0", "1.1.0"},
       .damage = Story::Damage::gone},
  };
  return all;
}

/// The device where the story begins.
struct Stage {
  fs::SimFileSystem files;
  SimWorld world;
  explicit Stage(const Story& story) {
    world.versions = {sim_version("1.0.0"), sim_version("1.1.0"), sim_version("1.2.0"),
                      sim_version("2.0.0", false)};
    if (story.before.empty()) return;  // a disk that no agent has seen
    SimDevice device(files, world, kKeep);
    EXPECT_TRUE(device.boot());
    world.inferences = story.holds ? 0 : 1000;
    for (const std::string& version : story.before) {
      assign(version);
      EXPECT_TRUE(device.run());
      EXPECT_EQ(device.updater().record().active->version.str(), version);
    }
    if (story.is_repair()) damage(story, device);
    world.inferences = 1000;
    world.bytes_sent = 0;
  }
  void damage(const Story& story, SimDevice& device) {
    world.environment = {{"engine", "tflite 2.20.0"}};
    world.damage_shows = story.damage != Story::Damage::hidden;
    const Digest active = device.updater().record().active->digest;
    const ModelPaths paths = device.store().paths(SimDevice::model());
    if (story.damage == Story::Damage::gone) {
      EXPECT_TRUE(fs::remove_tree(files, paths.version(active)));
      EXPECT_TRUE(files.sync_directory(paths.versions()));
    } else {
      EXPECT_TRUE(device.damage(active, "model.tflite"));
      EXPECT_TRUE(device.damage(active, "golden/inputs.npy"));
    }
  }
  void assign(const std::string& version) {
    world.assignment = {.version = *Version::parse(version), .order = world.assignment.order + 1};
  }
};

/// What happens to one telling of a story.
struct Fault {
  std::optional<std::uint64_t> stop_after = {};  // operations of the first life
  bool kills = false;  // only the agent stops; the power goes when the next one is done
  std::optional<std::uint64_t> skip_sync = {};  // of the first life after its boot, or of the second life
};

/// One telling of a story, cut off somewhere, and what is found then and in the end.
class Telling {
 public:
  Telling(const Story& story, const Stage& stage, Fault fault)
      : story_(story), fault_(fault), files_(stage.files), world_(stage.world) {
    if (!story.then.empty())
      world_.assignment = {.version = *Version::parse(story.then), .order = world_.assignment.order + 1};
  }

  /// What is wrong afterwards; empty when nothing is.
  std::string tell(std::uint64_t seed) {
    if (fault_.stop_after) files_.cut_power_after(*fault_.stop_after);
    if (std::string wrong = live(!fault_.kills); !wrong.empty()) return wrong;
    was_stopped_ = files_.is_off();
    if (fault_.kills) {
      files_.kill();
      if (fault_.skip_sync) files_.skip_sync(*fault_.skip_sync);
      if (std::string wrong = live(false); !wrong.empty()) return wrong;
    }
    files_.restart(seed);
    if (std::string wrong = look_at_once(); !wrong.empty()) return wrong;
    return live(false, true);
  }

  [[nodiscard]] bool was_stopped() const { return was_stopped_; }
  /// The first life's syncs after its boot.
  [[nodiscard]] const std::vector<fs::SimFileSystem::Sync>& syncs() const { return syncs_; }

 private:
  /// From boot to rest, or to the fault.
  std::string live(bool skips_after_boot, bool look = false) {
    SimDevice device(files_, world_, kKeep);
    if (const Status booted = device.boot(); !booted)
      return files_.is_off() ? "" : "does not boot: " + booted.error().text();
    if (skips_after_boot && fault_.skip_sync) files_.skip_sync(*fault_.skip_sync);
    const std::size_t synced_at_boot = files_.syncs().size();
    if (needs_asking(device)) static_cast<void>(device.updater().roll_back());
    if (!device.run()) return "never comes to rest";
    if (skips_after_boot)
      syncs_.assign(files_.syncs().begin() + static_cast<std::ptrdiff_t>(synced_at_boot),
                    files_.syncs().end());
    return look ? look_at_the_end(device) : "";
  }

  /// A person asks, and asks again when a fault swallowed it.
  bool needs_asking(SimDevice& device) {
    const auto& record = device.updater().record();
    return story_.then.empty() && !story_.is_repair() && record.state == lifecycle::State::idle &&
           !record.error;
  }

  /// Before the agent is back: what an application finds, and what the agent will.
  std::string look_at_once() {
    const auto state = fs::read_file(files_, SimDevice::root() / "state.json", 1 << 20);
    const auto records = state ? lifecycle::parse_records(as_text(*state)) : lifecycle::Records{};
    if (!records) return "state.json is not whole: " + records.error().text();
    const std::uint64_t revision = records->empty() ? 0 : records->begin()->second.revision;
    if (revision < world_.saved_revision)
      return fmt::format("the record is older ({}) than what was saved ({})", revision,
                         world_.saved_revision);
    SimDevice device(files_, world_, kKeep);
    const auto active = device.store().active(SimDevice::model());
    if (!active) return "active cannot be read: " + active.error().text();
    if (*active && !device.is_complete(**active) && !is_as_it_was(**active))
      return "active names an incomplete version";
    if (!records->empty() && !agree(records->begin()->second, *active))
      return "active is not what the record says";
    return look_at_order(*active ? world_.named(**active).version.str() : "");
  }

  /// A damaged version is never worse off while it is repaired: each of its files is there, as it should be
  /// or as it was.
  bool is_as_it_was(const Digest& digest) {
    if (!story_.is_repair()) return false;
    const fs::Path version = ModelPaths{SimDevice::root() / "models/defect"}.version(digest);
    if (story_.damage == Story::Damage::gone) return !files_.info(version);
    for (const auto& [path, wanted] : world_.named(digest).members) {
      const auto found = fs::read_file(files_, version / path, 1 << 20);
      if (!found || found->size() != wanted.size()) return false;
      std::size_t differing = 0;
      for (std::size_t i = 0; i < wanted.size(); ++i)
        differing += static_cast<std::uint8_t>(wanted[i]) != (*found)[i] ? 1 : 0;
      if (differing > (path == "manifest.json" ? 0u : 1u)) return false;
    }
    return true;
  }

  /// Only a record that says that a swap is under way may name another version than `active` does.
  static bool agree(const lifecycle::Record& record, const std::optional<Digest>& active) {
    if (record.state == lifecycle::State::switching || record.state == lifecycle::State::rolling_back)
      return true;
    return record.active ? active == record.active->digest : !active;
  }

  /// `active` is what was announced last, or what comes next in the story.
  std::string look_at_order(const std::string& active) {
    std::vector<std::string> order = {story_.before.empty() ? "" : story_.before.back()};
    if (!story_.then.empty()) order.push_back(story_.then);
    if (story_.is_repair() && story_.damage != Story::Damage::hidden) order.push_back("1.0.0");
    if (order.back() != story_.active_after) order.push_back(story_.active_after);
    const std::size_t announced = world_.announced.size() - announced_before_;
    if (active == order.at(announced)) return "";
    if (announced + 1 < order.size() && active == order[announced + 1]) return "";
    return fmt::format("active is \"{}\" when \"{}\" had been announced", active, order[announced]);
  }

  std::string look_at_the_end(SimDevice& device) {
    const auto& record = device.updater().record();
    if (record.state != lifecycle::State::idle) return "ends in " + std::string(name(record.state));
    if (!record.active || record.active->version.str() != story_.active_after)
      return "ends with " + (record.active ? record.active->version.str() : "nothing");
    const auto active = device.store().active(SimDevice::model());
    if (!active || *active != record.active->digest) return "active is not what the record says";
    if (record.error.has_value() != story_.has_error)
      return "error: " + (record.error ? record.error->message : "missing");
    for (const lifecycle::Report& report : world_.reports)
      if (report.error && report.error->code == Code::bad_digest && !tells_of_the_damage(*report.error))
        return "a power cut made a bad digest";
    if (std::string wrong = look_at_directories(device); !wrong.empty()) return wrong;
    return look_at_bytes_sent();
  }

  /// What a look says of the damage that was there before.
  bool tells_of_the_damage(const lifecycle::Failure& failure) const {
    return story_.is_repair() && failure.message.ends_with(": damaged");
  }

  std::string look_at_directories(SimDevice& device) {
    std::vector<std::string> wanted;
    for (const std::string& version : story_.on_disk_after)
      wanted.push_back(
          std::ranges::find(world_.versions, *Version::parse(version), &SimVersion::version)->digest.hex());
    std::ranges::sort(wanted);
    const auto paths = device.store().paths(SimDevice::model());
    for (const std::string& name : wanted)
      if (!device.is_complete(*parse_digest(name))) return "a kept version is incomplete";
    if (*files_.list(paths.versions()) != wanted) return "other versions than wanted are on the disk";
    if (!files_.list(paths.staging())->empty()) return "staging is not empty";
    if (*files_.list(paths.directory) != std::vector<std::string>{"active", "staging", "versions"})
      return "something is left beside active";
    if (*files_.list(SimDevice::root()) != std::vector<std::string>{"models", "state.json"})
      return "something is left beside state.json";
    return "";
  }

  /// A restart costs at most what lies between three syncs, once.
  std::string look_at_bytes_sent() {
    std::uint64_t length = 0;
    for (const SimVersion& version : world_.versions)
      if (version.version.str() == story_.then) length = version.bundle.size();
    if (std::ranges::find(story_.before, story_.then) != story_.before.end()) length = 0;
    if (story_.is_repair()) length = world_.versions.at(1).bundle.size();
    if (length == 0) return world_.bytes_sent == 0 ? "" : "fetched what was there";
    if (world_.bytes_sent <= length + 2 * kSimSyncEvery + kSimChunk) return "";
    return fmt::format("{} bytes sent for a bundle of {}", world_.bytes_sent, length);
  }

  const Story& story_;
  Fault fault_;
  fs::SimFileSystem files_;
  SimWorld world_;
  std::size_t announced_before_ = world_.announced.size();
  bool was_stopped_ = false;
  std::vector<fs::SimFileSystem::Sync> syncs_;
};

/// The first thing found wrong with `fault` after any of the first life's operations from `first` on.
inline std::string first_wrong(const Story& story, const Stage& stage, Fault fault, std::uint64_t seeds,
                               std::uint64_t first = 0) {
  bool was_stopped = true;
  for (std::uint64_t last = first; was_stopped; ++last) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      fault.stop_after = last;
      Telling telling(story, stage, fault);
      const std::string wrong = telling.tell(seed);
      if (!wrong.empty()) return fmt::format("operation {}, seed {}: {}", last, seed, wrong);
      was_stopped = telling.was_stopped();
    }
  }
  return "";
}

class PowerCut : public testing::TestWithParam<Story> {
 protected:
  PowerCut() { log::start("power_cut", log::Format::text, log::Level::error); }
};

}  // namespace drover::agent
