#include "agent/metrics_part.h"

#include "base/exposition.h"

namespace drover::agent {

Result<std::unique_ptr<MetricsPart>> MetricsPart::open(const std::string& address, Clock& clock, Look look) {
  const auto answer = [look = std::move(look)](const net::Request& request) -> net::Response {
    if (request.path != "/metrics") return {.status = 404, .body = "/metrics is what there is\n"};
    return {.headers = {{"content-type", Exposition::kContentType}}, .body = agent_metrics(look())};
  };
  auto listener = DROVER_TRY(net::SmallHttp::listen(address, clock, answer).in("metrics_address"));
  return std::unique_ptr<MetricsPart>(new MetricsPart(std::move(listener)));
}

}  // namespace drover::agent
