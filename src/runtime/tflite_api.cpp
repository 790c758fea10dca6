#include "runtime/tflite_api.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/process.h"

namespace drover::runtime::tflite {
namespace {

constexpr const char* kLibrary = "libtensorflowlite_c.so";

std::vector<std::string> places(const std::string& library) {
  if (!library.empty()) return {library};
  if (const char* named = std::getenv("DROVER_TFLITE_LIBRARY"); named != nullptr && *named != '\0')
    return {named};
  std::vector<std::string> result;
  if (const Result<std::string> directory = program_directory())
    result.push_back((std::filesystem::path(*directory).parent_path() / "lib" / kLibrary).string());
  result.emplace_back(kLibrary);
  return result;
}

Result<std::shared_ptr<const Api>> bind(void* library, const std::string& place) {
  auto api = std::make_shared<Api>();
#define X(member, symbol, ...)                                                      \
  api->member = reinterpret_cast<decltype(api->member)>(::dlsym(library, #symbol)); \
  if (api->member == nullptr)                                                       \
    return fail(Code::runtime_missing, fmt::format("{} is no TFLite C library: it lacks {}", place, #symbol));
  DROVER_TFLITE_FUNCTIONS(X)
#undef X
#define X(member, symbol, ...) \
  api->member = reinterpret_cast<decltype(api->member)>(::dlsym(library, #symbol));
  DROVER_TFLITE_OPTIONAL_FUNCTIONS(X)
#undef X
  Dl_info found{};
  if (::dladdr(reinterpret_cast<void*>(api->version), &found) != 0 && found.dli_fname != nullptr)
    api->path = std::filesystem::absolute(found.dli_fname).string();
  return api;
}

}  // namespace

Result<std::shared_ptr<const Api>> open_api(const std::string& library) {
  std::string tried;
  for (const std::string& place : places(library)) {
    if (void* handle = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL)) return bind(handle, place);
    tried += fmt::format("\n  {}", ::dlerror());
  }
  return fail(
      Code::runtime_missing,
      fmt::format("cannot load TFLite; set DROVER_TFLITE_LIBRARY to a libtensorflowlite_c.so. Tried:{}",
                  tried));
}

}  // namespace drover::runtime::tflite
