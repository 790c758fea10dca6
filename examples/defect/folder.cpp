#include "defect/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>

namespace drover::defect {
namespace {

namespace stdfs = std::filesystem;
constexpr std::size_t kFilesMax = 20'000;

bool is_named_as_image(const stdfs::path& path) {
  static const std::set<std::string> endings = {".png", ".jpg", ".jpeg", ".pgm", ".bmp"};
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return endings.contains(ending);
}

/// By the first bytes of its format.
bool begins_as_image(const stdfs::path& path) {
  std::array<char, 8> bytes{};
  std::ifstream(path, std::ios::binary).read(bytes.data(), bytes.size());
  const std::string_view begin(bytes.data(), bytes.size());
  return begin.starts_with("\x89PNG\r\n\x1a\n") || begin.starts_with("\xff\xd8\xff") ||
         begin.starts_with("P5") || begin.starts_with("P6") || begin.starts_with("BM");
}

}  // namespace

Result<std::vector<std::string>> image_files(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  for (stdfs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code unknown;
    if (!entry->is_regular_file(unknown)) continue;
    if (is_named_as_image(entry->path()) || begins_as_image(entry->path())) files.push_back(entry->path());
  }
  if (error) return fail(Code::not_found, fmt::format("{}: {}", folder, error.message()));
  if (files.size() > kFilesMax)
    return fail(Code::too_many, fmt::format("{}: more than {} images", folder, kFilesMax));
  std::ranges::sort(files);
  return files;
}

Result<std::vector<Image>> read_folder(const std::string& folder, int size) {
  std::vector<Image> images;
  for (const std::string& file : DROVER_TRY(image_files(folder)))
    images.push_back(stretched(DROVER_TRY(read_picture(file)), size));
  return images;
}

}  // namespace drover::defect
