#include <chrono>
#include <cmath>

#include <CLI/CLI.hpp>

#include "inspector.h"

using namespace drover::defect;

namespace {

drover::Result<std::unique_ptr<ImageSource>> open_camera(const std::string& folder, std::uint64_t seed,
                                                         const std::string& faults,
                                                         InspectorOptions& options) {
  if (!folder.empty()) return folder_images(folder);
  options.faults = DROVER_TRY(parse_faults(faults));
  return generated_images({}, seed);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Looks at a stream of surface images with whatever version of the model is active on this device, "
      "records\n"
      "every inference for the agent, and goes over to a new version without missing an image.\n"
      "Of some of the generator's images it learns the truth later, and hands it over as their label.\n"
      "Prints one line of JSON a second: ticks (images that the camera took), waiting (in its buffer), "
      "images\n"
      "(looked at), inferences, missed, errors (failed + nan), recorded, dropped, labelled,\n"
      "switches, version, digest, good, defect, confidence_mean; the last line has \"final\": true.",
      "defect-inspector");
  InspectorOptions options;
  std::string folder, faults = "none";
  std::uint64_t seed = 1;
  double label_delay_s = 5;
  bool generate = false;
  app.set_version_flag("--version", drover_library_version());
  app.add_option("--model", options.model, "model line")->capture_default_str();
  app.add_option("--state-dir", options.device.state_dir, "the agent's state directory")
      ->envname("DROVER_STATE_DIR");
  app.add_option("--run-dir", options.device.run_dir, "the agent's run directory")->envname("DROVER_RUN_DIR");
  auto* images =
      app.add_option("--images", folder, "folder of PNG, JPEG, PGM or BMP images, again and again");
  app.add_flag("--generate", generate, "images of the generator (the default)")->excludes(images);
  app.add_option("--seed", seed, "of the generated stream")->excludes(images)->capture_default_str();
  app.add_option("--fault", faults,
                 "of the camera: none, turned, dimmed[:%], defocus[:%], fogged[:%], several by commas")
      ->excludes(images);
  app.add_option("--fault-file", options.fault_file,
                 "looked at once a second: the text of --fault, which holds while the file is not there")
      ->excludes(images);
  app.add_option("--label-every", options.truth.every,
                 "the truth of one generated image in so many becomes known; 0 is none")
      ->capture_default_str();
  app.add_option("--label-delay", label_delay_s, "seconds until it does")
      ->check(CLI::Range(0.0, 86400.0))
      ->capture_default_str();
  app.add_option("--rate", options.rate_hz, "images a second; 0 is as fast as it goes")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--buffer", options.buffer,
                 "images that the camera keeps until they are looked at; older ones are missed")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--count", options.count, "end after so many images; 0 is never")->capture_default_str();
  app.add_option("--stats", options.stats, "append the lines to this file instead of printing them");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  options.truth.delay = std::chrono::milliseconds(std::llround(label_delay_s * 1000));
  const auto camera = open_camera(folder, seed, faults, options);
  if (!camera) {
    std::fprintf(stderr, "defect-inspector: %s\n", camera.error().text().c_str());
    return camera.error().code == drover::Code::invalid_argument ? 2 : 1;
  }
  return inspect(options, **camera);
}
