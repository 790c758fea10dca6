#include "fault_file.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace drover::defect {
namespace {

/// The text without the end of its line.
std::string_view trimmed(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  return last == text.npos ? std::string_view() : text.substr(0, last + 1);
}

}  // namespace

Result<CameraFaults> FaultFile::read() const {
  std::error_code error;
  if (path_.empty() || std::filesystem::status(path_, error).type() == std::filesystem::file_type::not_found)
    return otherwise_;
  std::array<char, 200> text{};  // longer than any list of faults
  std::ifstream file(path_, std::ios::binary);
  file.read(text.data(), text.size());
  if (file.bad() || !file.is_open()) return fail(Code::io_failed, "cannot read it");
  if (!file.eof()) return fail(Code::too_large, fmt::format("more than {} bytes", text.size()));
  return parse_faults(trimmed({text.data(), static_cast<std::size_t>(file.gcount())}));
}

CameraFaults FaultFile::look() {
  const Result<CameraFaults> read_now = read().in(path_);
  const std::string trouble = read_now ? "" : read_now.error().text();
  if (read_now) faults_ = *read_now;
  if (!trouble.empty() && trouble != told_) tell_(trouble);
  told_ = trouble;
  return faults_;
}

}  // namespace drover::defect
