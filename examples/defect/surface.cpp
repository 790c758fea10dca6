#include "defect/surface.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/assert.h"
#include "defect/noise.h"
#include "defect/scene.h"

namespace drover::defect {
namespace {

constexpr int kSensorNoise = kGrey * 5 / 2;  // standard deviation
constexpr int kVeil = 210 * kGrey;           // fog under the full lamp: brighter than the surface behind it

void turn(Scene& scene) {
  Scene turned(scene.size);
  for (int y = 0; y < scene.size; ++y)
    for (int x = 0; x < scene.size; ++x) turned.at(y, scene.size - 1 - x) = scene.at(x, y);
  scene = std::move(turned);
}

/// One pass of the (1 2 1)/4 kernel along rows, then turned, so that two calls blur both ways.
void blur_rows_and_transpose(Scene& scene) {
  Scene result(scene.size);
  const int last = scene.size - 1;
  for (int y = 0; y < scene.size; ++y)
    for (int x = 0; x < scene.size; ++x)
      result.at(y, x) =
          (scene.at(std::max(x - 1, 0), y) + 2 * scene.at(x, y) + scene.at(std::min(x + 1, last), y)) / 4;
  scene = std::move(result);
}

/// Each pass adds half a squared pixel to the blur's variance.
void blur(Scene& scene, int passes) {
  for (int pass = 0; pass < 2 * passes; ++pass) blur_rows_and_transpose(scene);
}

int blur_passes(const CameraFaults& faults, int size) {
  const int passes48 = faults.defocus_percent * 12 / 100 + faults.fogged_percent * 2 / 100;
  return passes48 * size * size / (48 * 48);
}

Image expose(Scene scene, const CameraFaults& faults, Noise& noise) {
  const int lamp = 100 - faults.dimmed_percent, clear = 100 - faults.fogged_percent;
  if (faults.turned) turn(scene);
  blur(scene, blur_passes(faults, scene.size));
  Image image{scene.size, {}};
  image.pixels.reserve(scene.light.size());
  for (const int light : scene.light) {
    const int behind_fog = light * clear / 100 + kVeil * faults.fogged_percent / 100;
    const int seen = behind_fog * lamp / 100 + noise.normal(kSensorNoise);
    image.pixels.push_back(static_cast<std::uint8_t>(std::clamp((seen + kGrey / 2) / kGrey, 0, 255)));
  }
  return image;
}

Result<int> percent(std::string_view text, std::string_view word) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > 100)
    return fail(Code::invalid_argument,
                fmt::format("camera fault {}: {} is not a whole number from 0 to 100", word, text));
  return value;
}

Status add_fault(CameraFaults& faults, std::string_view part) {
  const auto colon = part.find(':');
  const std::string_view word = part.substr(0, colon);
  if (word == "turned" && colon == part.npos) {
    faults.turned = true;
    return {};
  }
  struct Row {
    std::string_view word;
    int* percent;
    int usual;
  };
  const Row rows[] = {{"dimmed", &faults.dimmed_percent, 33},
                      {"defocus", &faults.defocus_percent, 60},
                      {"fogged", &faults.fogged_percent, 80}};
  for (const Row& row : rows) {
    if (row.word != word) continue;
    *row.percent = colon == part.npos ? row.usual : DROVER_TRY(percent(part.substr(colon + 1), word));
    return {};
  }
  return fail(Code::invalid_argument,
              fmt::format("camera fault {} is not known: use turned, dimmed:N, defocus:N or fogged:N", part));
}

}  // namespace

Result<CameraFaults> parse_faults(std::string_view text) {
  CameraFaults faults;
  if (text == "none") return faults;
  while (true) {
    const auto comma = text.find(',');
    DROVER_TRY(add_fault(faults, text.substr(0, comma)));
    if (comma == text.npos) return faults;
    text.remove_prefix(comma + 1);
  }
}

Result<std::vector<CameraFaults>> parse_cameras(std::span<const std::string> texts) {
  std::vector<CameraFaults> cameras;
  for (const std::string& text : texts) cameras.push_back(DROVER_TRY(parse_faults(text)));
  return cameras;
}

std::string to_text(const CameraFaults& faults) {
  std::string text;
  const auto add = [&](std::string part) { text += (text.empty() ? "" : ",") + part; };
  if (faults.turned) add("turned");
  if (faults.dimmed_percent > 0) add(fmt::format("dimmed:{}", faults.dimmed_percent));
  if (faults.defocus_percent > 0) add(fmt::format("defocus:{}", faults.defocus_percent));
  if (faults.fogged_percent > 0) add(fmt::format("fogged:{}", faults.fogged_percent));
  return text.empty() ? "none" : text;
}

Surface make_surface(const SurfaceOptions& options, std::uint64_t seed, std::uint64_t index) {
  DROVER_ASSERT(options.size >= 16 && options.size <= 512);
  Noise noise(seed, index);
  Surface surface;
  surface.label = noise.chance(options.defect_percent) ? kDefect : kGood;
  Scene scene = brushed_surface(options.size, noise);
  if (surface.label == kDefect) add_defect(scene, noise);
  surface.image = expose(std::move(scene), options.camera, noise);
  return surface;
}

}  // namespace drover::defect
