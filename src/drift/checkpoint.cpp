#include "drift/checkpoint.h"

#include <fmt/format.h>

namespace drover::drift {

CheckpointWriter::CheckpointWriter(std::string_view kind, std::uint32_t version) {
  const auto letters = as_bytes(kind);
  bytes_.assign(letters.begin(), letters.end());
  put(version);
}

CheckpointReader::CheckpointReader(ByteView bytes, std::string_view kind, std::uint32_t version)
    : left_(bytes), kind_(kind) {
  if (bytes.size() < kind.size() || as_text(bytes.first(kind.size())) != kind) {
    wrong_ = fmt::format("the state is not a {:?}", kind);
    left_ = {};
    return;
  }
  left_ = bytes.subspan(kind.size());
  std::uint32_t found = 0;
  get(found);
  if (found != version) {
    wrong_ = fmt::format("the {:?} state has version {}, this build reads {}", kind, found, version);
    code_ = Code::unsupported;
    left_ = {};
  }
}

Result<void> CheckpointReader::finish() const {
  if (!wrong_.empty()) return fail(code_, wrong_);
  if (short_) return fail(Code::bad_state, fmt::format("the {:?} state ends too early", kind_));
  if (!left_.empty())
    return fail(Code::bad_state, fmt::format("the {:?} state has {} bytes too many", kind_, left_.size()));
  return {};
}

}  // namespace drover::drift
