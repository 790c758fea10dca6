#include "loaded_model.h"

namespace drover::sdk {
namespace {

constexpr std::size_t kModelBytesMax = std::size_t{2} << 30;

}  // namespace

const char* LoadedModel::label(std::int32_t class_index) const {
  const std::vector<std::string>& labels = version.manifest().labels;
  if (class_index < 0 || static_cast<std::size_t>(class_index) >= labels.size()) return nullptr;
  return labels[static_cast<std::size_t>(class_index)].c_str();
}

Result<std::unique_ptr<LoadedModel>> load_model(HeldVersion version, runtime::Engine& engine,
                                                const runtime::SessionOptions& options) {
  Bytes bytes = DROVER_TRY(version.read(std::string(bundle::kModelPath), kModelBytesMax));
  std::unique_ptr<runtime::Session> session =
      DROVER_TRY(engine.load(std::move(bytes), options).in(version.path().string()));
  // Its own failure would show at the first real inference as well, and be counted there.
  if (session->invoke()) static_cast<void>(session->reset_state());
  std::string digest = version.digest().hex();
  std::string number = version.manifest().version.str();
  return std::make_unique<LoadedModel>(LoadedModel{.version = std::move(version),
                                                   .session = std::move(session),
                                                   .digest_text = std::move(digest),
                                                   .number = std::move(number)});
}

}  // namespace drover::sdk
