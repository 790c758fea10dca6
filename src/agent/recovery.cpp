// What DeviceStore::open() finds and mends after the agent, or the machine, stopped at any moment.
#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "agent/device_store.h"
#include "base/canonical_json.h"
#include "lifecycle/changes.h"
#include "lifecycle/state_file.h"

namespace drover::agent {
namespace {

constexpr std::uint64_t kManifestBytesMax = 1 << 20;

/// The bundle that an interrupted download may go on with.
std::optional<Digest> resumable(const lifecycle::Record& record) {
  switch (record.state) {
    case lifecycle::State::downloading:
    case lifecycle::State::verifying:
    case lifecycle::State::staging:
      return record.target->digest;
    default:
      return std::nullopt;
  }
}

/// The version that a stand-in runs for, or that is under repair.
bool is_awaited(const lifecycle::Record& record, const Digest& digest) {
  return record.mending == digest || (record.stands_in && record.stands_in->digest == digest);
}

}  // namespace

Result<std::vector<std::string>> DeviceStore::open() {
  std::vector<std::string> amiss;
  DROVER_TRY(make_root());
  DROVER_TRY(read_state(amiss));
  for (const ModelName& model : DROVER_TRY(models_on_disk()))
    DROVER_TRY(recover(model, amiss).in(model.str()));
  return amiss;
}

/// An agent that was killed, and not its machine, may have left names here that nobody synced: what is read
/// and built upon from now on must be as durable as it looks.
Status DeviceStore::make_root() {
  const fs::Path models = root_ / "models";
  DROVER_TRY(fs::make_directories(files_, root_.parent_path()));
  for (const fs::Path& directory : {root_, models})
    if (Status made = files_.make_directory(directory); !made && made.error().code != Code::already_exists)
      return made;
  DROVER_TRY(files_.sync_directory(root_.parent_path()));
  DROVER_TRY(files_.sync_directory(root_));
  return files_.sync_directory(models);
}

Status DeviceStore::read_state(std::vector<std::string>& amiss) {
  const fs::Path path = root_ / "state.json";
  const auto text = fs::read_file(files_, path, lifecycle::kStateBytesMax);
  if (!text && text.error().code == Code::not_found) return {};
  if (!text && text.error().code != Code::too_large) return fail(text.error());
  auto records = text ? lifecycle::parse_records(as_text(*text)) : fail(text.error());
  if (records) {
    records_ = std::move(*records);
    return {};
  }
  if (records.error().code == Code::unsupported) return fail(std::move(records.error()).in(path.string()));
  DROVER_TRY(files_.rename(path, root_ / "state.json.bad"));
  amiss.push_back(fmt::format("{}: {}; set aside as state.json.bad", path.string(), records.error().text()));
  return {};
}

Result<std::vector<ModelName>> DeviceStore::models_on_disk() const {
  std::vector<ModelName> models;
  for (const std::string& name : DROVER_TRY(files_.list(root_ / "models")))
    if (auto model = ModelName::parse(name)) models.push_back(std::move(*model));
  return models;
}

Status DeviceStore::recover(const ModelName& model, std::vector<std::string>& amiss) {
  lifecycle::Record& found = records_[model];
  if (!found.active && found.state != lifecycle::State::switching) DROVER_TRY(adopt_active(model, amiss));
  for (lifecycle::Installed& kept : found.kept)  // what is to return is fetched again
    kept.damaged |= is_awaited(found, kept.digest) && !is_installed(model, kept.digest);
  std::erase_if(found.kept, [&](const lifecycle::Installed& kept) {
    const bool is_gone = !kept.damaged && !is_installed(model, kept.digest);
    if (is_gone)
      amiss.push_back(fmt::format("{} {} is not on the disk any more", model.str(), kept.version.str()));
    return is_gone;
  });
  DROVER_TRY(clear_staging(model, resumable(found)));
  DROVER_TRY(mend_active(model, amiss));
  return prune(model);
}

/// A model without a record: what `active` names was installed by an agent whose state.json is lost.
Status DeviceStore::adopt_active(const ModelName& model, std::vector<std::string>& amiss) {
  const auto digest = DROVER_TRY(active(model));
  if (!digest) return {};
  const auto text = fs::read_file(files_, paths(model).version(*digest) / "manifest.json", kManifestBytesMax);
  if (!text) return {};
  const auto manifest = parse_json(as_text(*text));
  if (!manifest || !manifest->is_object() || !manifest->contains("version") ||
      !(*manifest)["version"].is_string())
    return {};
  const auto version = Version::parse((*manifest)["version"].get<std::string>());
  if (!version) return {};
  records_[model].active = lifecycle::Installed{
      .version = *version, .digest = *digest, .order = 0, .variant = {}, .committed = true};
  amiss.push_back(fmt::format("{} {} runs without a record; adopted", model.str(), version->str()));
  return {};
}

/// `active` and the record disagree only while a swap is under way, unless somebody else touched the disk.
Status DeviceStore::mend_active(const ModelName& model, std::vector<std::string>& amiss) {
  const lifecycle::Record known = record(model);
  DROVER_TRY([&]() -> Status {
    Status removed = files_.unlink(paths(model).directory / "active.new");
    return removed || removed.error().code == Code::not_found ? Status{} : removed;
  }());
  const bool swapping =
      known.state == lifecycle::State::switching || known.state == lifecycle::State::rolling_back;
  if (!known.active || swapping) return {};
  const auto named = active(model);
  if (named && *named == known.active->digest) return {};
  amiss.push_back(fmt::format("{}: active did not name {}", model.str(), known.active->version.str()));
  const Status mended = activate(model, known.active->digest);
  if (!mended && mended.error().code == Code::not_found) {
    amiss.push_back(mended.error().text());
    return {};
  }
  return mended;
}

}  // namespace drover::agent
