#include "agent/device_store.h"

#include <algorithm>

#include "lifecycle/state_file.h"

namespace drover::agent {
namespace {

constexpr std::uint64_t kPolicyBytesMax = 64 * 1024;
constexpr std::uint64_t kManifestBytesMax = 1 << 20;

bool is_missing(const Error& error) { return error.code == Code::not_found; }

/// Success where there was nothing to remove.
Status remove_link(fs::FileSystem& files, const fs::Path& path) {
  Status removed = files.unlink(path);
  if (!removed && is_missing(removed.error())) return {};
  return removed;
}

}  // namespace

lifecycle::Record DeviceStore::record(const ModelName& model) const {
  const auto found = records_.find(model);
  return found == records_.end() ? lifecycle::Record{} : found->second;
}

Status DeviceStore::save(const ModelName& model, lifecycle::Record& record) {
  lifecycle::Records next = records_;
  lifecycle::Record written = record;
  written.revision = this->record(model).revision + 1;
  next[model] = written;
  DROVER_TRY(fs::write_atomically(files_, root_ / "state.json", as_bytes(lifecycle::to_json(next))));
  records_ = std::move(next);
  record = std::move(written);
  return {};
}

Status DeviceStore::prepare(const ModelName& model) {
  const ModelPaths at = paths(model);
  DROVER_TRY(fs::make_directories(files_, at.directory));
  bool made = false;
  for (const fs::Path& directory : {at.versions(), at.staging()}) {
    if (files_.info(directory)) continue;
    DROVER_TRY(files_.make_directory(directory));
    made = true;
  }
  return made ? files_.sync_directory(at.directory) : Status{};
}

Status DeviceStore::install(const ModelName& model, const Digest& digest) {
  const ModelPaths at = paths(model);
  // Where it is in its place already, an agent killed after its rename may have left that unsynced.
  if (!is_installed(model, digest)) DROVER_TRY(files_.rename(at.unpacked(digest), at.version(digest)));
  return files_.sync_directory(at.versions());
}

namespace {

/// Moves each file below `from` to its place below `to`.
Status move_files(fs::FileSystem& files, const fs::Path& from, const fs::Path& to) {
  const auto there = files.info(to);
  if (there && there->kind != fs::Kind::directory) DROVER_TRY(fs::remove_tree(files, to));
  if (!there || there->kind != fs::Kind::directory) DROVER_TRY(files.make_directory(to));
  for (const std::string& name : DROVER_TRY(files.list(from))) {
    if (DROVER_TRY(files.info(from / name)).kind == fs::Kind::directory) {
      DROVER_TRY(move_files(files, from / name, to / name));
      continue;
    }
    const auto stands = files.info(to / name);
    if (stands && stands->kind == fs::Kind::directory) DROVER_TRY(fs::remove_tree(files, to / name));
    DROVER_TRY(files.rename(from / name, to / name));
  }
  return files.sync_directory(to);
}

}  // namespace

Status DeviceStore::mend(const ModelName& model, const Digest& digest) {
  const ModelPaths at = paths(model);
  if (!files_.info(at.version(digest))) return install(model, digest);
  DROVER_TRY(move_files(files_, at.unpacked(digest), at.version(digest)));
  return files_.sync_directory(at.versions());
}

Result<Digest> DeviceStore::manifest_digest(const ModelName& model, const Digest& digest) const {
  const auto text =
      DROVER_TRY(fs::read_file(files_, paths(model).version(digest) / "manifest.json", kManifestBytesMax));
  return sha256(as_text(text));
}

bool DeviceStore::is_installed(const ModelName& model, const Digest& digest) const {
  return files_.info(paths(model).version(digest) / "manifest.json").has_value();
}

Result<std::optional<Digest>> DeviceStore::active(const ModelName& model) const {
  const auto target = files_.read_symlink(paths(model).active());
  if (!target && is_missing(target.error())) return std::nullopt;
  if (!target) return fail(target.error());
  const auto digest = parse_digest(target->filename().string());
  if (!digest) return fail(Code::bad_state, paths(model).active().string() + ": names no version");
  return *digest;
}

Status DeviceStore::activate(const ModelName& model, const Digest& digest) {
  const ModelPaths at = paths(model);
  if (!is_installed(model, digest))
    return fail(Code::not_found, at.version(digest).string() + ": no such version");
  const fs::Path target = fs::Path("versions") / digest.hex();
  if (const auto link = files_.read_symlink(at.active()); !link || *link != target) {
    const fs::Path beside = at.directory / "active.new";
    DROVER_TRY(remove_link(files_, beside));
    DROVER_TRY(files_.make_symlink(target, beside));
    DROVER_TRY(files_.rename(beside, at.active()));
  }
  // Also when it was there: an agent killed after its rename left it unsynced.
  return files_.sync_directory(at.directory);
}

Result<policy::Policy> DeviceStore::policy(const ModelName& model, const Digest& digest) const {
  const fs::Path path = paths(model).version(digest) / "policy.toml";
  const auto text = fs::read_file(files_, path, kPolicyBytesMax);
  if (!text && is_missing(text.error())) return policy::default_policy();
  if (!text) return fail(text.error());
  return policy::parse_policy(as_text(*text)).in(path.string());
}

Status DeviceStore::clear_staging(const ModelName& model, const std::optional<Digest>& kept) {
  const ModelPaths at = paths(model);
  const auto names = files_.list(at.staging());
  if (!names && is_missing(names.error())) return {};
  if (!names) return fail(names.error());
  for (const std::string& name : *names)
    if (!kept || at.staging() / name != at.part(*kept))
      DROVER_TRY(fs::remove_tree(files_, at.staging() / name));
  return {};
}

Status DeviceStore::prune(const ModelName& model) {
  const lifecycle::Record known = record(model);
  std::set<std::string> wanted;
  const auto want = [&](const std::optional<Digest>& digest) {
    if (digest) wanted.insert(digest->hex());
  };
  want(DROVER_TRY(active(model)));
  if (known.active) want(known.active->digest);
  if (known.target) want(known.target->digest);
  for (const lifecycle::Installed& kept : known.kept) want(kept.digest);
  const auto names = files_.list(paths(model).versions());
  if (!names && is_missing(names.error())) return {};
  if (!names) return fail(names.error());
  for (const std::string& name : *names)
    if (!wanted.contains(name)) DROVER_TRY(remove_version(model, name));
  return {};
}

Status DeviceStore::remove_version(const ModelName& model, const std::string& name) {
  const ModelPaths at = paths(model);
  const auto lock = files_.lock(at.versions() / name, true);
  if (!lock && lock.error().code == Code::conflict) return {};  // a session uses it: another time
  if (!lock) return fail(lock.error());
  // It leaves its name whole, so that nobody ever finds half a version under it.
  const fs::Path leaving = at.staging() / (name + ".gone");
  DROVER_TRY(fs::remove_tree(files_, leaving));
  DROVER_TRY(files_.rename(at.versions() / name, leaving));
  return fs::remove_tree(files_, leaving);
}

}  // namespace drover::agent
