#include "net/http.h"

#include <algorithm>

namespace drover::net {

std::string ClientResponse::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &Headers::value_type::first);
  return found == headers.end() ? std::string() : found->second;
}

Result<ClientResponse> HttpClient::perform(ClientRequest request) {
  std::optional<Result<ClientResponse>> outcome;
  start(std::move(request), [&outcome](Result<ClientResponse> result) { outcome = std::move(result); });
  while (!outcome) poll({}, std::chrono::seconds(1));
  return std::move(*outcome);
}

}  // namespace drover::net
