#pragma once

#include <gtest/gtest.h>

#include "agent/sim_device_testing.h"
#include "base/log.h"

namespace drover::agent {

using lifecycle::State;

/// A device on a simulated disk, and a repository with three good versions and one, 2.0.0, that gives NaNs.
class UpdaterTest : public testing::Test {
 protected:
  void SetUp() override {
    log::start("updater", log::Format::text, log::Level::error);
    world_.versions = {sim_version("1.0.0"), sim_version("1.1.0"), sim_version("1.2.0"),
                       sim_version("2.0.0", false)};
    ASSERT_TRUE(device_.boot());
  }
  void assign(std::string_view version) {
    world_.assignment = {.version = *Version::parse(version), .order = world_.assignment.order + 1};
    ASSERT_TRUE(device_.run());
  }
  Updater& updater() { return device_.updater(); }
  const lifecycle::Record& record() { return device_.updater().record(); }
  std::string active() { return record().active ? record().active->version.str() : ""; }
  Code error() { return record().error ? record().error->code : Code::internal; }
  std::vector<std::string> states() {
    std::vector<std::string> names;
    for (const auto& report : world_.reports)
      if (names.empty() || names.back() != name(report.state)) names.emplace_back(name(report.state));
    return names;
  }
  std::size_t staged() { return files_.list(device_.store().paths(SimDevice::model()).staging())->size(); }
  std::size_t on_disk() { return files_.list(device_.store().paths(SimDevice::model()).versions())->size(); }
  const SimVersion& version(std::string_view text) {
    return *std::ranges::find(world_.versions, *Version::parse(text), &SimVersion::version);
  }

  fs::SimFileSystem files_;
  SimWorld world_;
  SimDevice device_{files_, world_};
};

}  // namespace drover::agent
