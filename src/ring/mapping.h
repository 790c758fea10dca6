#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "base/result.h"
#include "base/unique_fd.h"
#include "ring/layout.h"

namespace drover::ring {

/// A ring's memory and its shape as it was checked when the region was made: nobody reads the shape from
/// shared memory again. Cheap to copy; owns nothing.
class Region {
 public:
  Region() = default;
  /// `memory` is shape.file_bytes() long and page-aligned.
  Region(std::span<std::byte> memory, Shape shape) : memory_(memory), shape_(shape) {}

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] RingHeader& header() const;
  [[nodiscard]] LaneHeader& lane(std::uint32_t index) const;
  /// The slot that record number `count` of the lane stands in.
  [[nodiscard]] Record& slot(std::uint32_t lane, std::uint64_t count) const;

 private:
  std::span<std::byte> memory_;
  Shape shape_;
};

/// Writes the header of a new ring into zeroed memory.
void format(Region region);
/// The shape that the header tells; bad_record when it is not a ring of this layout or `bytes` is not its
/// size.
Result<Shape> check_header(const RingHeader& header, std::size_t bytes);

/// A ring file mapped shared; unmapped with the object.
class Mapping {
 public:
  /// The agent's way: maps the ring at `path`, first putting a new one there when there is none or it is not
  /// of this layout and shape. Writers that still map the old one are told. Mode 0660.
  /// Errors: io_failed, disk_full.
  static Result<Mapping> create(const std::filesystem::path& path, Shape shape = {});
  /// The application's way: not_found when the agent has not made it yet; bad_record for another layout.
  static Result<Mapping> attach(const std::filesystem::path& path);

  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;
  ~Mapping();

  [[nodiscard]] Region region() const { return region_; }
  /// The open file, for ring/owner.h; the same while the object lives, and when it is moved.
  [[nodiscard]] int file() const { return file_.get(); }
  /// Whether the file still has its full size: to touch what was cut off would end the process (SIGBUS).
  [[nodiscard]] bool is_whole() const;
  /// Whether `path` still names the file that is mapped, at its full size. Two system calls; for poll.
  [[nodiscard]] bool is_current(const std::filesystem::path& path) const;

 private:
  Mapping(UniqueFd file, std::span<std::byte> memory, Shape shape);

  UniqueFd file_;
  std::span<std::byte> memory_;
  Region region_;
};

}  // namespace drover::ring
