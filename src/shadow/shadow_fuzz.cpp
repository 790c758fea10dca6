// Two update bodies, one after the other, divided by a zero byte.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "shadow/answers.h"
#include "shadow/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::shadow;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t middle = std::min(text.find('\0'), text.size());
  Document document;
  for (std::string_view body : {text.substr(0, middle), text.substr(std::min(middle + 1, text.size()))}) {
    const auto update = parse_update(body);
    if (!update) continue;
    const auto after = apply(document, *update, {});
    if (!after) continue;
    DROVER_ASSERT(after->version == document.version + 1);
    DROVER_ASSERT(after->desired.dump().size() <= Limits{}.bytes_max);
    Update report;
    report.reported = delta(*after);
    const auto settled = apply(*after, report, {});
    DROVER_ASSERT(!settled || delta(*settled).empty());
    DROVER_ASSERT(to_json(*from_json(to_json(*after))) == to_json(*after));
    accepted_answer(*after, *update);
    get_answer(*after, {});
    document = *after;
  }
  return 0;
}
