#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "net/file_response.h"
#include "net/http_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::net;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto target = parse_target(text)) {
    DROVER_ASSERT(target->path.starts_with('/'));
    DROVER_ASSERT((target->path + "/").find("/../") == std::string::npos);
  }
  constexpr std::uint64_t length = 1000;
  const FileAnswer answer =
      answer_file({.method = "GET", .headers = {{"range", std::string(text)}}}, length, "\"e\"");
  DROVER_ASSERT(answer.slice.first + answer.slice.length <= length);
  return 0;
}
