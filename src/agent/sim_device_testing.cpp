#include "agent/sim_device_testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>

#include "agent/part_file.h"
#include "agent/unpack.h"

namespace drover::agent {
namespace {

/// Repeatable bytes that no two versions share.
std::string content(std::string_view seed, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) bytes += sha256(fmt::format("{} {}", seed, bytes.size())).hex();
  bytes.resize(size);
  return bytes;
}

constexpr std::chrono::minutes kPatience{30};  // what is due later is another story

std::string pack(const std::map<std::string, std::string>& members) {
  std::string bundle;
  for (const auto& [path, bytes] : members) bundle += fmt::format("{} {}\n{}", path, bytes.size(), bytes);
  return bundle;
}

Status take_member(std::string_view& rest, DirectoryWriter& writer) {
  const std::size_t space = rest.find(' ');
  const std::size_t line = rest.find('\n');
  if (space == std::string_view::npos || line == std::string_view::npos || space > line)
    return fail(Code::bad_bundle, "not a test bundle");
  std::size_t size = 0;
  std::from_chars(rest.data() + space + 1, rest.data() + line, size);
  DROVER_TRY(writer.open_file(std::string(rest.substr(0, space))));
  DROVER_TRY(writer.write(as_bytes(rest.substr(line + 1, size))));
  DROVER_TRY(writer.close_file());
  rest.remove_prefix(std::min(rest.size(), line + 1 + size));
  return {};
}

}  // namespace

SimVersion sim_version(std::string_view version, bool is_good) {
  SimVersion made{
      .version = *Version::parse(version), .members = {}, .bundle = {}, .digest = {}, .is_good = is_good};
  made.members["manifest.json"] = fmt::format(R"({{"name":"defect","version":"{}"}})", version);
  made.members["model.tflite"] = content(version, 2500);
  made.members["golden/inputs.npy"] = content(fmt::format("golden {}", version), 300);
  made.bundle = pack(made.members);
  made.digest = sha256(made.bundle);
  return made;
}

Status sim_unpack(fs::FileSystem& files, const fs::Path& bundle, const fs::Path& into) {
  const Bytes bytes = DROVER_TRY(fs::read_file(files, bundle, 1 << 20));
  DirectoryWriter writer(files, into);
  DROVER_TRY(writer.begin());
  for (std::string_view rest = as_text(bytes); !rest.empty();) DROVER_TRY(take_member(rest, writer));
  return writer.finish();
}

const SimVersion& SimWorld::named(const Digest& digest) const {
  return *std::ranges::find(versions, digest, &SimVersion::digest);
}

const ModelName& SimDevice::model() {
  static const ModelName name = *ModelName::parse("defect");
  return name;
}

const fs::Path& SimDevice::root() {
  static const fs::Path root = "/drover";
  return root;
}

SimDevice::SimDevice(fs::SimFileSystem& files, SimWorld& world, std::size_t keep)
    : files_(files), world_(world), store_(files, root()), keep_(keep) {}

Status SimDevice::boot() {
  DROVER_TRY(store_.open());
  UpdaterOptions options;
  options.device.arch = "x86_64";
  options.keep = keep_;
  options.disk_reserve_bytes = 0;
  updater_ = std::make_unique<Updater>(model(), store_, *this, clock_, std::move(options));
  updater_->runs_under(world_.environment);
  updater_->start();
  return {};
}

bool SimDevice::run() {
  for (int step = 0; step < 500; ++step) {
    world_.saved_revision = std::max(world_.saved_revision, store_.record(model()).revision);
    if (files_.is_off()) return true;
    updater_->assign(world_.assignment);
    const auto& record = updater_->record();
    if (record.state == lifecycle::State::probation && world_.inferences > 0) {
      const std::uint64_t bad = world_.named(record.active->digest).is_good ? 0 : 20;
      updater_->observe(record.active->digest,
                        {.samples = world_.inferences, .errors = bad, .nans = bad, .crashes = 0});
    }
    if (updater_->due() > clock_.monotonic() + kPatience) return true;
    if (updater_->due() > clock_.monotonic()) clock_.advance(updater_->due() - clock_.monotonic());
    updater_->pump();
    if (updater_->record().state == lifecycle::State::probation) clock_.advance(std::chrono::minutes(2));
  }
  return false;
}

void SimDevice::check(const ModelName&, const lifecycle::Assignment&) {
  if (!world_.is_online) return updater_->interrupted({Code::unreachable, "the repository is gone"});
  Offer offer{.candidates = {}, .time = world_.time};
  for (const SimVersion& each : world_.versions)
    offer.candidates.push_back({.version = each.version,
                                .target = {.digest = each.digest,
                                           .length = each.bundle.size(),
                                           .size_unpacked = each.bundle.size(),
                                           .path = each.version.str(),
                                           .variant = {}},
                                .requirements = {}});
  updater_->offer(offer);
}

Status SimDevice::fetch(const lifecycle::Target& target, const fs::Path& part) {
  auto file = DROVER_TRY(PartFile::open(files_, part, target.length, kSimSyncEvery));
  const std::string& bundle = world_.named(target.digest).bundle;
  while (file.size() < target.length) {
    const std::string piece = bundle.substr(file.size(), kSimChunk);
    world_.bytes_sent += piece.size();
    DROVER_TRY(file.append(as_bytes(piece)));
  }
  return file.finish();
}

void SimDevice::download(const ModelName&, const lifecycle::Target& target, const fs::Path& part) {
  const Status fetched = fetch(target, part);
  if (fetched)
    updater_->downloaded();
  else if (!files_.is_off())
    updater_->failed(fetched.error());
}

void SimDevice::unpack(const ModelName&, const fs::Path& part, const fs::Path& into) {
  const Status unpacked = sim_unpack(files_, part, into);
  if (unpacked)
    updater_->unpacked();
  else if (!files_.is_off())
    updater_->failed(unpacked.error());
}

void SimDevice::inspect(const ModelName&, const fs::Path& directory, const std::optional<Digest>& manifest) {
  if (files_.is_off()) return;
  const auto digest = parse_digest(directory.filename().string());
  const bool is_whole = is_complete(*digest);
  if (files_.is_off()) return;
  if (!is_whole) return updater_->inspected(fail(Code::bad_digest, directory.string() + ": damaged"));
  const Digest found = sha256(world_.named(*digest).members.at("manifest.json"));
  if (manifest && *manifest != found) return updater_->inspected(fail(Code::bad_digest, "manifest.json"));
  updater_->inspected(found);
}

void SimDevice::smoke_test(const ModelName&, const fs::Path& directory, Haste) {
  if (files_.is_off()) return;
  const auto digest = parse_digest(directory.filename().string());
  const std::string runtime =
      world_.environment.contains("engine") ? world_.environment.at("engine") : std::string();
  const bool fails =
      world_.fail_samples_under.contains(fmt::format("{} {}", world_.named(*digest).version.str(), runtime));
  if (!fails && (is_complete(*digest) || !world_.damage_shows))
    updater_->smoke_passed();
  else if (!files_.is_off())
    updater_->failed({Code::smoke_output, "the version on the disk is not the one that was published"});
}

void SimDevice::cancel(const ModelName&) {}

void SimDevice::active_changed(const ModelName&, const lifecycle::Installed& active) {
  if (world_.announced.empty() || world_.announced.back() != active.digest)
    world_.announced.push_back(active.digest);
}

void SimDevice::report(const ModelName&, const lifecycle::Report& report) {
  if (files_.is_off()) return;
  world_.reports.push_back(report);
}

Status SimDevice::damage(const Digest& digest, const std::string& member) {
  const fs::Path path = store_.paths(model()).version(digest) / member;
  Bytes bytes = DROVER_TRY(fs::read_file(files_, path, 1 << 20));
  bytes.at(bytes.size() / 2) ^= 1;
  return fs::write_atomically(files_, path, bytes);
}

bool SimDevice::is_complete(const Digest& digest) {
  for (const auto& [path, bytes] : world_.named(digest).members) {
    const auto found = fs::read_file(files_, store_.paths(model()).version(digest) / path, 1 << 20);
    if (!found || as_text(*found) != bytes) return false;
  }
  return true;
}

std::vector<std::string> SimDevice::tree(const fs::Path& directory) {
  std::vector<std::string> paths;
  for (const std::string& name : files_.list(directory).value_or(std::vector<std::string>{})) {
    const fs::Path path = directory / name;
    const auto kind = files_.info(path)->kind;
    paths.push_back(kind == fs::Kind::symlink ? path.string() + " -> " + files_.read_symlink(path)->string()
                                              : path.string());
    if (kind != fs::Kind::directory) continue;
    for (std::string& below : tree(path)) paths.push_back(std::move(below));
  }
  return paths;
}

}  // namespace drover::agent
