#include "fs/sim_file_system.h"

#include <algorithm>
#include <ranges>

#include "fs/sim_machine.h"

namespace drover::fs {
namespace {

constexpr std::size_t kPage = 4096;

}  // namespace

class SimFileSystem::SimFile : public File {
 public:
  SimFile(std::shared_ptr<Machine> machine, InodeId id, Path path)
      : machine_(std::move(machine)), boot_(machine_->boot), id_(id), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) override {
    DROVER_TRY(alive());
    const Bytes& bytes = machine_->disk.inode(id_).seen;
    if (offset >= bytes.size()) return 0;
    const std::size_t count = std::min<std::uint64_t>(into.size(), bytes.size() - offset);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
    return count;
  }

  Status append(ByteView bytes) override {
    DROVER_TRY(alive());
    const std::uint64_t room = machine_->capacity ? machine_->free_bytes() : bytes.size();
    const Status begun = machine_->begin(path_, true);
    const bool full = !begun && begun.error().code == Code::disk_full;
    if (!begun && !full) return begun;
    const std::size_t fits = full ? bytes.size() / 2 : std::min<std::uint64_t>(room, bytes.size());
    Bytes& seen = machine_->disk.inode(id_).seen;
    seen.insert(seen.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(fits));
    machine_->written.bytes += fits;
    if (full || fits < bytes.size())
      return sim_failure(Code::disk_full, path_, "no space left on the device");
    return {};
  }

  Status truncate(std::uint64_t size) override {
    DROVER_TRY(alive());
    DROVER_TRY(machine_->begin(path_));
    machine_->disk.inode(id_).seen.resize(size);
    return {};
  }

  Status sync() override {
    DROVER_TRY(alive());
    DROVER_TRY(machine_->begin(path_));
    const Inode& node = machine_->disk.inode(id_);
    const std::size_t before = node.stored.size(), after = node.seen.size();
    if (after > before) machine_->written.pages += (after + kPage - 1) / kPage - before / kPage;
    if (!machine_->skips(path_)) machine_->disk.sync_file(id_);
    return {};
  }

  Result<std::uint64_t> size() override {
    DROVER_TRY(alive());
    return machine_->disk.inode(id_).seen.size();
  }

 private:
  Status alive() const {
    if (boot_ != machine_->boot) return sim_failure(Code::io_failed, path_, "opened before the restart");
    return machine_->powered(path_);
  }

  std::shared_ptr<Machine> machine_;
  std::uint64_t boot_;
  InodeId id_;
  Path path_;
};

class SimFileSystem::SimLock : public Lock {
 public:
  SimLock(std::shared_ptr<Machine> machine, InodeId id, bool exclusive)
      : machine_(std::move(machine)), boot_(machine_->boot), id_(id), exclusive_(exclusive) {}
  ~SimLock() override {
    if (boot_ != machine_->boot) return;
    Inode& node = machine_->disk.inode(id_);
    if (exclusive_)
      node.exclusively_locked = false;
    else
      --node.shared_locks;
  }

 private:
  std::shared_ptr<Machine> machine_;
  std::uint64_t boot_;
  InodeId id_;
  bool exclusive_;
};

SimFileSystem::SimFileSystem() : machine_(std::make_shared<Machine>()) {}
SimFileSystem::SimFileSystem(const SimFileSystem& other)
    : machine_(std::make_shared<Machine>(*other.machine_)) {}
SimFileSystem::~SimFileSystem() = default;

void SimFileSystem::cut_power_after(std::uint64_t count) {
  machine_->off_after = machine_->operations + count;
}
bool SimFileSystem::is_off() const { return machine_->off; }

void SimFileSystem::restart(std::uint64_t seed) {
  machine_->disk.lose(seed);
  ++machine_->boot;
  machine_->off = false;
  machine_->off_after.reset();
  machine_->skipped_sync.reset();
}

void SimFileSystem::kill() {
  machine_->disk.drop_locks();
  ++machine_->boot;
  machine_->off = false;
  machine_->off_after.reset();
}

void SimFileSystem::fill_disk_at(std::uint64_t count) { machine_->full_from = machine_->operations + count; }
void SimFileSystem::set_capacity(std::optional<std::uint64_t> bytes) { machine_->capacity = bytes; }
void SimFileSystem::free_disk() {
  machine_->full_from.reset();
  machine_->capacity.reset();
}
void SimFileSystem::skip_sync(std::uint64_t count) {
  machine_->skipped_sync = machine_->syncs.size() + count;
}
SimFileSystem::Written SimFileSystem::written() const { return machine_->written; }
std::uint64_t SimFileSystem::operations() const { return machine_->operations; }
const std::vector<SimFileSystem::Sync>& SimFileSystem::syncs() const { return machine_->syncs; }

Result<std::unique_ptr<File>> SimFileSystem::open(const Path& path, Open how) {
  DROVER_TRY(machine_->powered(path));
  const auto found = machine_->find(path);
  if (found && how == Open::create_new) return sim_failure(Code::already_exists, path, "exists");
  if (found && machine_->disk.inode(*found).kind != Kind::file && how != Open::read)
    return sim_failure(Code::io_failed, path, "is a directory");
  if (found) return std::make_unique<SimFile>(machine_, *found, path);
  if (how == Open::read || found.error().code != Code::not_found) return fail(found.error());
  const auto place = DROVER_TRY(machine_->place(path));
  DROVER_TRY(machine_->begin(path, true));
  const InodeId id = machine_->disk.make(Kind::file);
  machine_->disk.link(place.directory, place.name, id);
  return std::make_unique<SimFile>(machine_, id, path);
}

Result<Info> SimFileSystem::info(const Path& path) {
  DROVER_TRY(machine_->powered(path));
  const Inode& node = machine_->disk.inode(DROVER_TRY(machine_->find(path, false)));
  return Info{node.kind, node.seen.size()};
}

Result<std::vector<std::string>> SimFileSystem::list(const Path& directory) {
  DROVER_TRY(machine_->powered(directory));
  const Inode& node = machine_->disk.inode(DROVER_TRY(machine_->find(directory)));
  if (node.kind != Kind::directory) return sim_failure(Code::not_found, directory, "not a directory");
  const auto names = std::views::keys(node.names_seen);
  return std::vector<std::string>(names.begin(), names.end());
}

Status SimFileSystem::make_directory(const Path& path) {
  DROVER_TRY(machine_->powered(path));
  const auto place = DROVER_TRY(machine_->place(path));
  if (place.what) return sim_failure(Code::already_exists, path, "exists");
  DROVER_TRY(machine_->begin(path, true));
  machine_->disk.link(place.directory, place.name, machine_->disk.make(Kind::directory));
  return {};
}

Status SimFileSystem::rename(const Path& from, const Path& to) {
  DROVER_TRY(machine_->powered(from));
  const auto source = DROVER_TRY(machine_->place(from));
  const auto target = DROVER_TRY(machine_->place(to));
  if (!source.what) return sim_failure(Code::not_found, from, "no such file or directory");
  const bool moves_directory = machine_->disk.inode(*source.what).kind == Kind::directory;
  if (target.what) {
    const Inode& there = machine_->disk.inode(*target.what);
    if ((there.kind == Kind::directory) != moves_directory || !there.names_seen.empty())
      return sim_failure(Code::already_exists, to, "cannot be replaced");
  }
  DROVER_TRY(machine_->begin(from));
  machine_->disk.rename(source.directory, source.name, target.directory, target.name);
  return {};
}

Status SimFileSystem::unlink(const Path& path) {
  DROVER_TRY(machine_->powered(path));
  const auto place = DROVER_TRY(machine_->place(path));
  if (!place.what) return sim_failure(Code::not_found, path, "no such file or directory");
  if (machine_->disk.inode(*place.what).kind == Kind::directory)
    return sim_failure(Code::io_failed, path, "is a directory");
  DROVER_TRY(machine_->begin(path));
  machine_->disk.unlink(place.directory, place.name);
  return {};
}

Status SimFileSystem::remove_directory(const Path& path) {
  DROVER_TRY(machine_->powered(path));
  const auto place = DROVER_TRY(machine_->place(path));
  if (!place.what || machine_->disk.inode(*place.what).kind != Kind::directory)
    return sim_failure(Code::not_found, path, "no such directory");
  if (!machine_->disk.inode(*place.what).names_seen.empty())
    return sim_failure(Code::io_failed, path, "the directory is not empty");
  DROVER_TRY(machine_->begin(path));
  machine_->disk.unlink(place.directory, place.name);
  return {};
}

Status SimFileSystem::make_symlink(const Path& target, const Path& link) {
  DROVER_TRY(machine_->powered(link));
  const auto place = DROVER_TRY(machine_->place(link));
  if (place.what) return sim_failure(Code::already_exists, link, "exists");
  DROVER_TRY(machine_->begin(link, true));
  const InodeId id = machine_->disk.make(Kind::symlink);
  machine_->disk.inode(id).target = target;
  machine_->disk.link(place.directory, place.name, id);
  return {};
}

Result<Path> SimFileSystem::read_symlink(const Path& link) {
  DROVER_TRY(machine_->powered(link));
  const Inode& node = machine_->disk.inode(DROVER_TRY(machine_->find(link, false)));
  if (node.kind != Kind::symlink) return sim_failure(Code::io_failed, link, "not a symlink");
  return node.target;
}

Status SimFileSystem::sync_directory(const Path& directory) {
  DROVER_TRY(machine_->powered(directory));
  const InodeId id = DROVER_TRY(machine_->find(directory));
  if (machine_->disk.inode(id).kind != Kind::directory)
    return sim_failure(Code::not_found, directory, "not a directory");
  DROVER_TRY(machine_->begin(directory));
  if (!machine_->skips(directory)) machine_->disk.sync_directory(id);
  return {};
}

Result<std::uint64_t> SimFileSystem::free_bytes(const Path& directory) {
  DROVER_TRY(machine_->powered(directory));
  DROVER_TRY(machine_->find(directory));
  return machine_->free_bytes();
}

Result<std::unique_ptr<Lock>> SimFileSystem::lock(const Path& path, bool exclusive) {
  DROVER_TRY(machine_->powered(path));
  const InodeId id = DROVER_TRY(machine_->find(path));
  Inode& node = machine_->disk.inode(id);
  if (node.exclusively_locked || (exclusive && node.shared_locks > 0))
    return sim_failure(Code::conflict, path, "locked by another process; try again when it has ended");
  if (exclusive)
    node.exclusively_locked = true;
  else
    ++node.shared_locks;
  return std::make_unique<SimLock>(machine_, id, exclusive);
}

}  // namespace drover::fs
