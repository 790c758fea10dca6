// A repository of 10 000 targets in 100 delegated roles, and a device that follows one model: what its first
// refresh and an up-to-date one cost, in CPU and in private memory. One line of JSON.
#include <fmt/format.h>
#include <time.h>

#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>

#include "net/http.h"
#include "repo/client.h"
#include "trust/forge.h"

using namespace drover;

namespace {

/// Roles "model-0" … of `versions` targets each, as `drover model publish` lays them out.
trust::Forge repository(int roles, int versions) {
  trust::Forge forge;
  forge.root.expires = forge.timestamp.expires = forge.snapshot.expires = forge.roles["targets"].expires =
      system_clock().now() + std::chrono::days(30);
  for (int role = 0; role < roles; ++role) {
    const std::string name = fmt::format("model-{}", role);
    forge.delegate(name, {fmt::format("models/{}/*/*", name), fmt::format("channels/{}/*", name)}, true);
    for (int version = 0; version < versions; ++version)
      forge.add_target(name, fmt::format("models/{0}/1.{1}.0/{0}-1.{1}.0.drover", name, version),
                       fmt::format("{} {}", role, version));
  }
  forge.write_root();
  forge.publish();
  return forge;
}

double cpu_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// Anonymous and dirty memory, without what is shared with others (smaps_rollup).
double private_mb() {
  std::ifstream file("/proc/self/smaps_rollup");
  double kb = 0;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("Private_Dirty:")) kb += std::stod(line.substr(14));
  return kb / 1024;
}

struct Cost {
  double cpu_ms = 0, private_mb = 0;
  std::size_t roles = 0;
};

Result<Cost> refresh(repo::Client& client, const std::string& path) {
  const double cpu = cpu_ms(), memory = private_mb();
  const repo::Refresh done = DROVER_TRY(client.refresh(system_clock().now(), {path}));
  DROVER_TRY(done.find(path));
  return Cost{cpu_ms() - cpu, private_mb() - memory, done.trusted().all_targets().size() - 1};
}

/// In a process that never saw the whole repository.
Status measure(const std::filesystem::path& place) {
  const auto http = net::make_curl_client({});
  const repo::TrustStore store(fs::real_file_system(), place / "trust");
  const Bytes root =
      DROVER_TRY(fs::read_file(fs::real_file_system(), place / "metadata/1.root.json", trust::kRootBytesMax));
  DROVER_TRY(store.init(root));
  repo::Client client(*http, fs::real_file_system(), store,
                      repo::ClientUrls::below("file://" + place.string()));
  const std::string path = "models/model-42/1.7.0/model-42-1.7.0.drover";
  const Cost first = DROVER_TRY(refresh(client, path));
  const Cost again = DROVER_TRY(refresh(client, path));
  for (const auto& [name, cost] : {std::pair{"first", first}, {"up_to_date", again}})
    fmt::print(
        "{{\"refresh\":\"{}\",\"delegated_roles_loaded\":{},\"cpu_ms\":{:.1f},\"private_mb\":{:.1f},"
        "\"process_private_mb\":{:.1f}}}\n",
        name, cost.roles, cost.cpu_ms, cost.private_mb, private_mb());
  if (first.roles != 1 || again.roles != 1)
    return fail(Code::internal, "more than the model's role was loaded");
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("What a refresh costs a device that follows one of many models");
  int roles = 100, versions = 100;
  std::string place;
  app.add_option("--roles", roles)->capture_default_str();
  app.add_option("--versions", versions, "targets in each")->capture_default_str();
  app.add_option("--measure", place,
                 "a directory that an earlier run made; empty: make one, and measure in a "
                 "process of its own");
  CLI11_PARSE(app, argc, argv);
  if (!place.empty()) {
    const Status measured = measure(place);
    if (!measured) fmt::print(stderr, "{}\n", measured.error().text());
    return measured ? 0 : 1;
  }
  std::string made = (std::filesystem::temp_directory_path() / "drover-many-XXXXXX").string();
  place = ::mkdtemp(made.data());
  std::filesystem::create_directory(std::filesystem::path(place) / "metadata");
  std::size_t bytes = 0;
  for (const auto& [name, text] : repository(roles, versions).files) {
    std::ofstream(std::filesystem::path(place) / "metadata" / name) << text;
    bytes += text.size();
  }
  fmt::print("{{\"roles\":{},\"targets\":{},\"metadata_mb\":{:.1f}}}\n", roles, roles * versions,
             static_cast<double>(bytes) / 1e6);
  std::fflush(stdout);
  const int status = std::system(fmt::format("'{}' --measure '{}'", argv[0], place).c_str());
  std::filesystem::remove_all(place);
  return status == 0 ? 0 : 1;
}
