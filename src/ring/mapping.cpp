#include "ring/mapping.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "base/assert.h"

namespace drover::ring {
namespace {

namespace stdfs = std::filesystem;

std::unexpected<Error> system_error(const stdfs::path& path, const char* doing) {
  const int number = errno;
  const Code code = number == ENOENT ? Code::not_found : number == ENOSPC ? Code::disk_full : Code::io_failed;
  return fail(code, fmt::format("{}: cannot {} the ring: {}", path.string(), doing, std::strerror(number)));
}

Result<std::span<std::byte>> map(int fd, std::size_t bytes, const stdfs::path& path) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return system_error(path, "map");
  return std::span<std::byte>(static_cast<std::byte*>(memory), bytes);
}

/// Tells the writers of the ring that now stands at `path`, if it is one, to look for the new one.
void retire(const stdfs::path& path) {
  if (Result<Mapping> old = Mapping::attach(path)) {
    old->region().header().retired.store(1, std::memory_order_release);
  }
}

}  // namespace

RingHeader& Region::header() const { return *std::launder(reinterpret_cast<RingHeader*>(memory_.data())); }

LaneHeader& Region::lane(std::uint32_t index) const {
  DROVER_ASSERT(index < shape_.lanes);
  return *std::launder(
      reinterpret_cast<LaneHeader*>(memory_.data() + kPageBytes + index * shape_.lane_bytes()));
}

Record& Region::slot(std::uint32_t lane_index, std::uint64_t count) const {
  std::byte* slots = reinterpret_cast<std::byte*>(&lane(lane_index)) + sizeof(LaneHeader);
  return std::launder(reinterpret_cast<Slot*>(slots + (count & (shape_.records - 1)) * kSlotBytes))->record;
}

void format(Region region) {
  for (std::uint32_t lane = 0; lane < region.shape().lanes; ++lane) new (&region.lane(lane)) LaneHeader;
  auto* header = new (&region.header()) RingHeader;
  header->lanes = region.shape().lanes;
  header->records = region.shape().records;
}

Result<Shape> check_header(const RingHeader& header, std::size_t bytes) {
  if (bytes < sizeof(RingHeader) || header.magic != kMagic) return fail(Code::bad_record, "not a ring");
  if (header.layout_version != kLayoutVersion || header.record_bytes != sizeof(Record) ||
      header.slot_bytes != kSlotBytes)
    return fail(Code::bad_record,
                fmt::format("ring layout {} with records of {} bytes; this is layout {} with {}",
                            header.layout_version, header.record_bytes, kLayoutVersion, sizeof(Record)));
  const Shape shape{.lanes = header.lanes, .records = header.records};
  if (!shape.holds() || bytes != shape.file_bytes())
    return fail(Code::bad_record, fmt::format("a ring of {} lanes of {} records does not have {} bytes",
                                              header.lanes, header.records, bytes));
  return shape;
}

Mapping::Mapping(UniqueFd file, std::span<std::byte> memory, Shape shape)
    : file_(std::move(file)), memory_(memory), region_(memory, shape) {}

Mapping::Mapping(Mapping&& other) noexcept
    : file_(std::move(other.file_)),
      memory_(std::exchange(other.memory_, {})),
      region_(std::exchange(other.region_, {})) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(memory_, other.memory_);
  std::swap(region_, other.region_);
  return *this;
}

Mapping::~Mapping() {
  if (!memory_.empty()) ::munmap(memory_.data(), memory_.size());
}

Result<Mapping> Mapping::attach(const stdfs::path& path) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return system_error(path, "open");
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return system_error(path, "look at");
  const auto bytes = static_cast<std::size_t>(info.st_size);
  // The header is read, not mapped, until the size is known to hold it.
  RingHeader header;
  const ssize_t got = ::pread(file.get(), static_cast<void*>(&header), sizeof header, 0);
  if (got < 0) return system_error(path, "read");
  if (static_cast<std::size_t>(got) < sizeof header)
    return fail(Code::bad_record, path.string() + ": not a ring");
  const Shape shape = DROVER_TRY(check_header(header, bytes).in(path.string()));
  const std::span<std::byte> memory = DROVER_TRY(map(file.get(), bytes, path));
  return Mapping(std::move(file), memory, shape);
}

Result<Mapping> Mapping::create(const stdfs::path& path, Shape shape) {
  DROVER_ASSERT(shape.holds());
  if (Result<Mapping> there = attach(path); there && there->region().shape() == shape) return there;

  const stdfs::path beside = path.string() + ".new";
  ::unlink(beside.c_str());
  UniqueFd file(::open(beside.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0660));
  if (!file) return system_error(beside, "create");
  // fchmod: the mode must not depend on the agent's umask.
  if (::fchmod(file.get(), 0660) != 0 || ::ftruncate(file.get(), static_cast<off_t>(shape.file_bytes())) != 0)
    return system_error(beside, "size");
  const std::span<std::byte> memory = DROVER_TRY(map(file.get(), shape.file_bytes(), beside));
  Mapping made(std::move(file), memory, shape);
  format(made.region());
  retire(path);
  if (::rename(beside.c_str(), path.c_str()) != 0) return system_error(path, "place");
  return made;
}

bool Mapping::is_whole() const {
  struct stat mapped{};
  return ::fstat(file_.get(), &mapped) == 0 && static_cast<std::size_t>(mapped.st_size) == memory_.size();
}

bool Mapping::is_current(const stdfs::path& path) const {
  struct stat named{};
  struct stat mapped{};
  if (::stat(path.c_str(), &named) != 0 || ::fstat(file_.get(), &mapped) != 0) return false;
  return named.st_dev == mapped.st_dev && named.st_ino == mapped.st_ino && is_whole();
}

}  // namespace drover::ring
