#include <fmt/format.h>

#include <charconv>

#include "repo/lifetime.h"
#include "repo/loader.h"
#include "repo/repository.h"
#include "repo/repository_files.h"
#include "trust/target_path.h"

namespace drover::repo {
namespace {

/// An offered file: its role, version, and what it says when it is a targets role's.
struct Offered {
  std::string file, role;
  std::int64_t version = 0;
  UnixTime expires{};
  std::optional<trust::Targets> targets;
};

/// "3.team%2Fa.json" → 3 and "team/a".
Result<std::pair<std::int64_t, std::string>> parse_file_name(const std::string& file) {
  const auto bad = [&] {
    return fail(Code::invalid_argument, fmt::format("{}: not VERSION.ROLE.json", file));
  };
  const std::size_t dot = file.find('.');
  if (dot == std::string::npos || !file.ends_with(".json") || file.size() <= dot + 6) return bad();
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(file.data(), file.data() + dot, version);
  if (error != std::errc() || end != file.data() + dot || version < 1) return bad();
  const std::string encoded = file.substr(dot + 1, file.size() - dot - 6);
  std::string role;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '%') {
      role += encoded[i];
      continue;
    }
    const Result<Bytes> byte = from_hex(encoded.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return bad();
    role += static_cast<char>((*byte)[0]);
    i += 2;
  }
  if (versioned_name(role, version) != file) return bad();
  return std::pair(version, role);
}

Result<Offered> read_offered(const std::string& file, const std::string& text) {
  auto [version, role] = DROVER_TRY(parse_file_name(file));
  if (role == "snapshot" || role == "timestamp")
    return fail(Code::invalid_argument, fmt::format("{}: snapshot and timestamp are signed here", file));
  const trust::Envelope envelope =
      DROVER_TRY(trust::parse_envelope(as_bytes(text), trust::kTargetsBytesMax).in(file));
  Offered offered{.file = file, .role = role, .version = version, .expires = {}, .targets = {}};
  if (role == "root") {
    offered.expires = DROVER_TRY(trust::read_signed<trust::Root>(envelope.body).in(file)).expires;
    return offered;
  }
  offered.targets = DROVER_TRY(trust::read_signed<trust::Targets>(envelope.body).in(file));
  offered.expires = offered.targets->expires;
  if (offered.targets->version != version)
    return fail(Code::bad_metadata,
                fmt::format("{}: says that it is version {}", file, offered.targets->version));
  return offered;
}

class Installer {
 public:
  Installer(fs::FileSystem& files, const fs::Path& directory, const KeyRing& online, UnixTime now)
      : files_(files), directory_(directory), online_(online), now_(now) {}

  Status install(const Offer& offer) {
    const auto lock = DROVER_TRY(take_lock());
    const trust::TrustedSet state = DROVER_TRY(load_repository(files_, directory_));
    const std::vector<Offered> offered = DROVER_TRY(read_all(offer, state));
    const auto overlay = DROVER_TRY(with_snapshot_and_timestamp(offer.metadata, offered, state));
    DROVER_TRY(
        load_metadata(metadata_reader(files_, directory_, overlay), &state).in("the metadata offered"));
    for (const Offered& one : offered)
      if (one.targets) DROVER_TRY(write_blobs(one, state.targets(one.role), offer.blobs));
    return write(overlay);
  }

  Result<bool> renew() {
    const auto lock = DROVER_TRY(take_lock());
    const trust::TrustedSet state = DROVER_TRY(load_repository(files_, directory_));
    const Lifetimes lifetimes;
    if (!is_due(*state.timestamp(), now_, lifetimes.timestamp) &&
        !is_due(*state.snapshot(), now_, lifetimes.snapshot))
      return false;
    const auto overlay = DROVER_TRY(with_snapshot_and_timestamp({}, {}, state));
    DROVER_TRY(load_metadata(metadata_reader(files_, directory_, overlay), &state));
    DROVER_TRY(write(overlay));
    return true;
  }

 private:
  using Texts = std::map<std::string, std::string>;

  Result<std::unique_ptr<fs::Lock>> take_lock() {
    auto lock = files_.lock(directory_, true);
    if (lock || lock.error().code != Code::conflict) return lock;
    return fail(Code::conflict,
                fmt::format("{}: another publisher is at work; try again", directory_.string()));
  }

  Result<std::vector<Offered>> read_all(const Offer& offer, const trust::TrustedSet& state) {
    std::vector<Offered> all;
    for (const auto& [file, text] : offer.metadata) {
      all.push_back(DROVER_TRY(read_offered(file, text)));
      const Offered& one = all.back();
      const std::int64_t current = one.role == "root"                ? state.root().version
                                   : state.meta(one.role) != nullptr ? state.meta(one.role)->version
                                                                     : 0;
      if (one.version <= current)
        return fail(Code::conflict, fmt::format("{} is at version {} already: somebody published in between; "
                                                "start again from the current metadata",
                                                one.role, current));
      if (one.expires <= now_)
        return fail(Code::metadata_expired, fmt::format("{} expired at {}", file, format_time(one.expires)));
    }
    return all;
  }

  /// The offered files and, over them, a snapshot and a timestamp that name them.
  Result<Texts> with_snapshot_and_timestamp(Texts texts, const std::vector<Offered>& offered,
                                            const trust::TrustedSet& state) {
    trust::Root root = state.root();
    trust::Snapshot snapshot = *state.snapshot();
    for (const Offered& one : offered) {
      const std::string& text = texts.at(one.file);
      if (one.targets)
        snapshot.meta[one.role + ".json"] = {
            .version = one.version, .length = text.size(), .hashes = trust::hashes_of(as_bytes(text))};
      else
        root = DROVER_TRY(trust::read_signed<trust::Root>(
            trust::parse_envelope(as_bytes(text), trust::kRootBytesMax)->body));
    }
    ++snapshot.version;
    extend(snapshot, now_, Lifetimes().snapshot);
    const std::string snapshot_text = DROVER_TRY(signed_online(snapshot, "snapshot", state.root(), root));
    trust::Timestamp timestamp = *state.timestamp();
    ++timestamp.version;
    extend(timestamp, now_, Lifetimes().timestamp);
    timestamp.snapshot = {.version = snapshot.version,
                          .length = snapshot_text.size(),
                          .hashes = trust::hashes_of(as_bytes(snapshot_text))};
    texts["timestamp.json"] = DROVER_TRY(signed_online(timestamp, "timestamp", state.root(), root));
    texts[versioned_name("snapshot", snapshot.version)] = snapshot_text;
    return texts;
  }

  /// With the old root's keys too where they are here, so that it holds under either root while they change.
  Result<std::string> signed_online(const auto& role, const char* name, const trust::Root& before,
                                    const trust::Root& after) {
    trust::Envelope envelope{.body = trust::to_json(role)};
    DROVER_TRY(online_.sign(envelope, before.roles.at(name)));
    DROVER_TRY(online_.sign_fully(envelope, after.keys, after.roles.at(name), name));
    return trust::to_text(envelope);
  }

  /// Every target that is new has its file; small ones come with the offer.
  Status write_blobs(const Offered& role, const trust::Targets* before, const Texts& blobs) {
    for (const auto& [path, file] : role.targets->targets) {
      DROVER_TRY(trust::check_target_path(path));
      if (before != nullptr && before->targets.contains(path) &&
          before->targets.at(path).hashes == file.hashes)
        continue;
      TargetInfo info{.path = path, .length = file.length, .hashes = file.hashes};
      if (file.hashes.contains("sha256"))
        info.sha256 = DROVER_TRY(parse_digest(file.hashes.at("sha256")).in(path));
      const auto blob = blobs.find(info.file_path());
      if (blob != blobs.end()) {
        DROVER_TRY(trust::check_hashes(as_bytes(blob->second), file.length, file.hashes).in(path));
        DROVER_TRY(write_with_directories(files_, target_path(directory_, info.file_path()), blob->second));
        continue;
      }
      const fs::Info there =
          DROVER_TRY(files_.info(target_path(directory_, info.file_path())).in("upload the target first"));
      if (there.size != file.length)
        return fail(Code::bad_length, fmt::format("{}: the file has {} bytes, the metadata names {}", path,
                                                  there.size, file.length));
    }
    return {};
  }

  /// What nothing refers to yet first; timestamp.json makes it the state, and a new root ends the old keys.
  Status write(const Texts& texts) {
    const auto is_root = [](const std::string& file) { return file.ends_with(".root.json"); };
    const auto write_one = [&](const std::string& file, const std::string& text) {
      return write_with_directories(files_, metadata_path(directory_, file), text);
    };
    for (const auto& [file, text] : texts)
      if (file != "timestamp.json" && !is_root(file)) DROVER_TRY(write_one(file, text));
    DROVER_TRY(write_one("timestamp.json", texts.at("timestamp.json")));
    for (const auto& [file, text] : texts)
      if (is_root(file)) DROVER_TRY(write_one(file, text));
    return {};
  }

  fs::FileSystem& files_;
  const fs::Path& directory_;
  const KeyRing& online_;
  UnixTime now_;
};

}  // namespace

Status install(fs::FileSystem& files, const fs::Path& directory, const Offer& offer, const KeyRing& online,
               UnixTime now) {
  return Installer(files, directory, online, now).install(offer);
}

Result<bool> renew(fs::FileSystem& files, const fs::Path& directory, const KeyRing& online, UnixTime now) {
  return Installer(files, directory, online, now).renew();
}

}  // namespace drover::repo
