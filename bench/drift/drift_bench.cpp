// Cost, false alarms and delays of the detectors: bench/drift/README.md says what for and what was measured.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "experiments.h"

namespace {

using namespace drover;
using bench::Contender;
using nlohmann::ordered_json;

struct Options {
  int seeds = 101, streams = 100, first_seed = 1;
  std::uint64_t length = 1'000'000, last_change = 900'000;
  std::string json, only, who;
  bool quick = false;
};

/// Those whose label begins with `who`.
std::vector<Contender> chosen(std::vector<Contender> contenders, const std::string& who) {
  std::erase_if(contenders, [&](const Contender& one) { return !one.label.starts_with(who); });
  return contenders;
}

void show(const ordered_json& table) {
  for (const ordered_json& row : table) fmt::print("  {}\n", row.dump());
  std::fflush(stdout);
}

ordered_json delays(const Options& options) {
  bench::Delays setup{.seeds = options.seeds, .changes_at = {1'000, 10'000, 100'000, 900'000}};
  std::erase_if(setup.changes_at, [&](std::uint64_t at) { return at > options.last_change; });
  return bench::delays(setup, chosen(bench::contenders(), options.who), bench::unchanged().front().law,
                       bench::changes());
}

ordered_json error_delays(const Options& options) {
  const bench::Delays setup{.seeds = options.seeds, .changes_at = {1'000, 10'000}};
  const std::vector<bench::Change> after = {{".05 to .10", bench::errors(0.1)},
                                            {".05 to .15", bench::errors(0.15)},
                                            {".05 to .30", bench::errors(0.3)}};
  return bench::delays(setup, chosen(bench::error_contenders(), options.who), bench::errors(0.05), after);
}

/// Few values as they are, and with a noise by which the urn's general laws and random ties judge them.
ordered_json few_delays(const Options& options) {
  const auto all = bench::contenders();
  const bench::Delays setup{.seeds = options.seeds, .changes_at = {1'000, 10'000}};
  ordered_json table = ordered_json::array();
  for (const bench::Few& stream : bench::few())
    for (const double noise : {0.0, 0.5}) {
      std::vector<Contender> who = {all[0], all[1]};
      if (noise > 0)
        for (Contender& one : who) one.label += ", ties at random";
      else
        who.push_back(all[2]);
      std::vector<bench::Change> after;
      for (const auto& [name, law] : stream.after) after.push_back({name, bench::shares(law, noise)});
      for (ordered_json& row :
           bench::delays(setup, chosen(who, options.who), bench::shares(stream.before, noise), after)) {
        row["law"] = stream.name;
        table.push_back(std::move(row));
      }
    }
  return table;
}

ordered_json false_alarms(const Options& options) {
  ordered_json table = ordered_json::array();
  const auto laws = bench::unchanged();
  const auto measure = [&](const Contender& who, const bench::Law& before, const bench::Change& stream,
                           int streams) {
    ordered_json row =
        bench::false_alarms(who, before, stream.law, streams, options.length, 10'000, options.first_seed);
    row["law"] = stream.name;
    fmt::print(stderr, "  {}\n", row.dump());
    table.push_back(std::move(row));
  };
  const Contender exact = bench::contenders()[0], tolerant = bench::contenders()[1];
  for (const Contender& who : chosen(bench::contenders(), options.who)) {
    const int times = who.label == exact.label ? 10 : 1;
    measure(who, laws.front().law, laws.front(),
            who.kind == "kswin" ? std::max(1, options.streams / 10) : times * options.streams);
  }
  for (std::size_t law = 1; law < laws.size(); ++law)
    measure(exact, laws[law].law, laws[law], options.streams);
  measure(tolerant, laws.front().law, bench::within_tolerance(), options.streams);
  return table;
}

/// α = .2 on 10⁵ for small and large baselines: the promise does not lean on m.
ordered_json small_baselines(const Options& options) {
  const Contender who{"urn exact a=.2", "urn", {{"alpha", 0.2}}};
  const bench::Law normal = bench::unchanged().front().law;
  ordered_json table = ordered_json::array();
  for (const std::uint64_t m : {200, 1'000, 10'000})
    table.push_back(bench::false_alarms(who, normal, normal, 20 * options.streams, options.length / 10, m));
  return table;
}

bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    const auto value = std::string(arg.substr(std::min(arg.size(), arg.find('=') + 1)));
    if (arg == "--quick")
      options = {.seeds = 3,
                 .streams = 1,
                 .length = 5'000,
                 .last_change = 1'000,
                 .json = options.json,
                 .only = options.only,
                 .who = options.who,
                 .quick = true};
    else if (arg.starts_with("--seeds="))
      options.seeds = std::atoi(value.c_str());
    else if (arg.starts_with("--streams="))
      options.streams = std::atoi(value.c_str());
    else if (arg.starts_with("--first-seed="))
      options.first_seed = std::atoi(value.c_str());
    else if (arg.starts_with("--latest="))
      options.last_change = static_cast<std::uint64_t>(std::atoll(value.c_str()));
    else if (arg.starts_with("--who="))
      options.who = value;
    else if (arg.starts_with("--only="))
      options.only = value;
    else if (arg.starts_with("--json="))
      options.json = value;
    else
      return false;
  }
  return options.seeds > 0 && options.streams > 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read_options(argc, argv, options)) {
    fmt::print(
        stderr,
        "usage: drift_bench [--quick] [--only=cost|delays|errors|few|false_alarms|baselines] "
        "[--who=LABEL] [--seeds=101] [--streams=100] [--first-seed=1] [--latest=900000] [--json=FILE]\n");
    return 2;
  }
  ordered_json document = {
      {"seeds", options.seeds}, {"streams", options.streams}, {"length", options.length}};
  const auto part = [&](const char* name, auto measure) {
    if (!options.only.empty() && options.only != name) return;
    fmt::print("{}\n", name);
    document[name] = measure();
    show(document[name]);
  };
  part("cost", [&] { return bench::cost(options.quick ? 2'000 : 1'000'000, options.quick ? 1 : 5); });
  part("delays", [&] { return delays(options); });
  part("errors", [&] { return error_delays(options); });
  part("few", [&] { return few_delays(options); });
  part("false_alarms", [&] { return false_alarms(options); });
  part("baselines", [&] { return small_baselines(options); });
  if (!options.json.empty() && !(std::ofstream(options.json) << document.dump(1) << '\n')) {
    fmt::print(stderr, "drift_bench: cannot write {}\n", options.json);
    return 1;
  }
  return 0;
}
