#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "bundle/worker_protocol.h"

namespace {

using namespace drover;
using namespace drover::bundle;

/// What was read says the same when it is written and read again.
template <class Report>
void check(Result<Report> (*parse)(std::string_view), std::string_view text) {
  const Result<Report> report = parse(text);
  if (!report) return;
  const std::string written = to_json(*report);
  const Result<Report> again = parse(written);
  if (!again || to_json(*again) != written) __builtin_trap();
}

}  // namespace

/// A hostile model may have written the worker's answer: any text is read or refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  check<AboutReport>(parse_about_report, text);
  check<InspectReport>(parse_inspect_report, text);
  check<SmokeReport>(parse_smoke_report, text);
  check<RunReport>(parse_run_report, text);
  check<HoldoutReport>(parse_holdout_report, text);
  return 0;
}
