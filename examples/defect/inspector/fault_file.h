#pragma once

#include <functional>
#include <string>

#include "defect/surface.h"

namespace drover::defect {

/// Camera faults that begin while the inspector runs: a file with the text of --fault.
class FaultFile {
 public:
  using Tell = std::function<void(const std::string& trouble)>;

  /// `otherwise` holds while there is no file at `path` (or `path` is empty).
  FaultFile(std::string path, const CameraFaults& otherwise, Tell tell)
      : path_(std::move(path)), otherwise_(otherwise), faults_(otherwise), tell_(std::move(tell)) {}

  /// Looks at the file. What cannot be read changes nothing and is told, the same thing once.
  CameraFaults look();

 private:
  [[nodiscard]] Result<CameraFaults> read() const;

  std::string path_;
  CameraFaults otherwise_, faults_;
  Tell tell_;
  std::string told_;
};

}  // namespace drover::defect
