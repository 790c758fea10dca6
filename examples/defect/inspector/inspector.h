#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <drover/drover.hpp>

#include "image_source.h"
#include "late_truth.h"
#include "statistics.h"

namespace drover::defect {

struct InspectorOptions {
  std::string model = "defect";
  app::Options device;
  double rate_hz = 10;         // images a second; 0: as fast as it goes
  std::uint64_t buffer = 250;  // images that the camera keeps until they are looked at
  std::uint64_t count = 0;     // images; 0: until SIGTERM
  std::string stats;           // file that lines are appended to; empty: standard output
  CameraFaults faults = {};    // of the camera
  std::string fault_file;      // holds others from time to time: looked at once a second; empty: none
  LateTruthOptions truth = {};
};

/// Waits for a model, then classifies image after image until SIGTERM, SIGINT or the count. Returns the exit
/// code.
int inspect(const InspectorOptions& options, ImageSource& camera);

}  // namespace drover::defect
