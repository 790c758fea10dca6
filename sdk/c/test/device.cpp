#include "device.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cstdlib>
#include <fstream>

#include "base/unique_fd.h"

namespace drover::sdk {

namespace stdfs = std::filesystem;

stdfs::path float_model() { return stdfs::path(DROVER_SOURCE_DIR) / "tests/data/models/kws_float32.tflite"; }
stdfs::path int8_model() { return stdfs::path(DROVER_SOURCE_DIR) / "tests/data/models/kws_int8.tflite"; }

Device::Device() {
  std::string name = (stdfs::temp_directory_path() / "drover-sdk-XXXXXX").string();
  root_ = ::mkdtemp(name.data());
  stdfs::create_directories(model_dir() / "versions");
  stdfs::create_directories(run());
}

Device::~Device() { stdfs::remove_all(root_); }

Digest Device::install(const std::string& number, const stdfs::path& model) {
  bundle::Manifest manifest;
  manifest.name = *ModelName::parse("defect");
  manifest.version = *Version::parse(number);
  manifest.inputs = {{.name = "image", .dtype = tables::DType::float32, .shape = {1, 49, 10, 1}}};
  manifest.outputs = {{.name = "scores", .dtype = tables::DType::float32, .shape = {1, 12}}};
  for (int label = 0; label < 12; ++label) manifest.labels.push_back("word" + std::to_string(label));
  manifest.preprocess = bundle::Preprocess{.width = 10, .height = 49, .channels = bundle::Channels::grey};
  for (const char* member : {"golden/inputs.npy", "golden/outputs.npy", "golden/tolerance.json",
                             "baseline.json", "policy.toml", "model.tflite"})
    manifest.members[member] = {.sha256 = {}, .size = 1};  // an application looks at the model only
  const Digest digest = sha256(number);
  stdfs::create_directories(version_dir(digest));
  stdfs::copy_file(model, version_dir(digest) / "model.tflite");
  std::ofstream(version_dir(digest) / "manifest.json") << bundle::to_json(manifest);
  return digest;
}

void Device::activate(const Digest& digest) {
  stdfs::create_symlink(stdfs::path("versions") / digest.hex(), model_dir() / "active.new");
  stdfs::rename(model_dir() / "active.new", model_dir() / "active");
}

bool Device::prune(const Digest& digest) {
  const UniqueFd directory(::open(version_dir(digest).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::flock(directory.get(), LOCK_EX | LOCK_NB) != 0) return false;
  stdfs::remove_all(version_dir(digest));
  return true;
}

}  // namespace drover::sdk
