// A request's first line as anybody may send it ("POST /device/v1/enroll?x=1"), on its way to a handler.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "net/http_message.h"
#include "server/router.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const std::size_t space = std::min(line.find(' '), line.size());
  const auto target = net::parse_target(line.substr(std::min(space + 1, line.size())));
  if (!target) return 0;
  net::Request head{
      .method = std::string(line.substr(0, space)), .path = target->path, .query = target->query};
  const server::Match match = server::find_route(server::routes(), head.method, head.path);
  DROVER_ASSERT((match.route == nullptr) == (match.status != 200));
  for (const std::string& parameter : match.parameters)
    DROVER_ASSERT(head.path.ends_with(parameter) ||
                  head.path.find("/" + parameter + "/") != std::string::npos);
  const server::Config config;
  const net::BodyPlan plan = server::plan_body(config, head);
  DROVER_ASSERT(plan.bytes_max <= (16 << 20) || (plan.to_file && plan.ask_first));
  return 0;
}
