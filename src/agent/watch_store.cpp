#include "agent/watch_store.h"

#include <algorithm>

#include "base/canonical_json.h"
#include "base/log.h"
#include "bundle/manifest.h"

namespace drover::agent {
namespace {

using nlohmann::json;

constexpr std::uint64_t kBaselineBytesMax = std::uint64_t{1} << 20, kStateBytesMax = std::uint64_t{4} << 20,
                        kLabelsBytesMax = std::uint64_t{2} << 20;

std::shared_ptr<const drift::Baseline> read_baseline(fs::FileSystem& files, const fs::Path& version) {
  const fs::Path path = version / "baseline.json";
  const auto text = fs::read_file(files, path, kBaselineBytesMax);
  if (!text && text.error().code == Code::not_found) return nullptr;
  auto read = text ? drift::parse_baseline(as_text(*text)) : Result<drift::Baseline>(fail(text.error()));
  if (read) return std::make_shared<const drift::Baseline>(std::move(*read));
  log::error("the bundle's baseline cannot be read; drift is not watched",
             {{"file", path.string()}, {"why", read.error().text()}});
  return nullptr;
}

}  // namespace

Result<WatchStore::Opened> WatchStore::open(const ModelName& model, const Digest& digest,
                                            monitor::Watch::Options options) {
  const fs::Path version = store_.paths(model).version(digest);
  const Bytes text =
      DROVER_TRY(fs::read_file(store_.files(), version / bundle::kManifestPath, bundle::kManifestBytesMax));
  const bundle::Manifest manifest = DROVER_TRY(bundle::parse_manifest(as_text(text)));
  auto policy = store_.policy(model, digest);
  if (!policy)
    log::error("the bundle's policy cannot be read; the default holds", {{"why", policy.error().text()}});
  auto baseline = read_baseline(store_.files(), version);
  auto watch =
      monitor::Watch::make(baseline, manifest.labels, policy.value_or(policy::default_policy()), options);
  if (!watch) {
    log::error("the policy's detectors do not fit the baseline; none watches",
               {{"why", watch.error().text()}});
    policy::Policy bare = policy.value_or(policy::default_policy());
    bare.detectors.clear();
    watch = monitor::Watch::make(std::move(baseline), manifest.labels, std::move(bare), options);
  }
  if (!watch) return fail(watch.error());
  const Kept& states = kept(model);
  if (const auto found = std::ranges::find(states, digest, &Kept::value_type::first); found != states.end())
    for (const std::string& name : (*watch)->restore(found->second))
      log::info("watching begins anew", {{"model", model.str()}, {"rule", name}});
  return Opened{.version = manifest.version, .watch = std::move(*watch)};
}

WatchStore::Kept& WatchStore::kept(const ModelName& model) {
  const auto [at, is_new] = kept_.try_emplace(model);
  if (!is_new) return at->second;
  const auto text = fs::read_file(store_.files(), directory_ / (model.str() + ".json"), kStateBytesMax);
  const auto document = text ? parse_json(as_text(*text)) : Result<json>(fail(text.error()));
  if (!document || !document->is_array()) return at->second;
  for (const json& each : *document) {
    if (!each.is_object() || !each.contains("digest") || !each["digest"].is_string() ||
        !each.contains("watch"))
      continue;
    if (const auto digest = parse_digest(each["digest"].get_ref<const std::string&>()))
      at->second.emplace_back(*digest, each["watch"]);
  }
  return at->second;
}

std::optional<Digest> WatchStore::kept_last(const ModelName& model) {
  const Kept& states = kept(model);
  return states.empty() ? std::nullopt : std::optional(states.front().first);
}

Status WatchStore::keep(const ModelName& model, const Digest& digest, json state) {
  Kept& states = kept(model);
  std::erase_if(states, [&](const auto& each) { return each.first == digest; });
  states.emplace(states.begin(), digest, std::move(state));
  if (states.size() > kVersionsMax) states.resize(kVersionsMax);
  json document = json::array();
  for (const auto& [version, each] : states) document.push_back({{"digest", version.hex()}, {"watch", each}});
  DROVER_TRY(fs::make_directories(store_.files(), directory_));
  return fs::write_atomically(store_.files(), directory_ / (model.str() + ".json"),
                              as_bytes(document.dump()));
}

fs::Path WatchStore::labels_file(const ModelName& model) const {
  return directory_ / (model.str() + ".labels");
}

Status WatchStore::keep_labels(const ModelName& model, ByteView labels) {
  DROVER_TRY(fs::make_directories(store_.files(), directory_));
  return fs::write_atomically(store_.files(), labels_file(model), labels);
}

std::optional<Bytes> WatchStore::take_labels(const ModelName& model) {
  auto labels = fs::read_file(store_.files(), labels_file(model), kLabelsBytesMax);
  if (!labels) return std::nullopt;
  static_cast<void>(store_.files().unlink(labels_file(model)));
  return std::move(*labels);
}

}  // namespace drover::agent
