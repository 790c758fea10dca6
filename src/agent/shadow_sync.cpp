#include "agent/shadow_sync.h"

#include <fmt/format.h>

#include "agent/identity.h"
#include "agent/retry_after.h"
#include "base/log.h"

namespace drover::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kWait{55};                   // how long the server may hold a poll
constexpr seconds kPatience{20};               // beyond that
constexpr seconds kSpacing{1};                 // between two polls that a server answers at once without news
constexpr std::size_t kMessageBytesMax = 400;  // a shadow is small
constexpr milliseconds kRetryFirst{1000}, kRetryLongest{60'000};

nlohmann::json error_json(Code code, const std::string& message) {
  return {{"code", name(code)}, {"message", message.substr(0, kMessageBytesMax)}};
}

nlohmann::json qualified_json(const std::optional<lifecycle::Qualification>& qualification) {
  if (!qualification) return nullptr;
  const auto& failure = qualification->failure;
  return {{"at", format_time(qualification->at)},
          {"result", failure ? name(failure->code) : "passed"},
          {"reason", failure ? failure->message.substr(0, kMessageBytesMax) : ""}};
}

}  // namespace

nlohmann::json to_json(const lifecycle::Report& report) {
  using nlohmann::json;
  json error = nullptr;
  if (report.error) error = error_json(report.error->code, report.error->message);
  return {{"version", report.version ? json(report.version->str()) : json(nullptr)},
          {"digest", report.digest ? json(report.digest->hex()) : json(nullptr)},
          {"order", report.order},
          {"state", lifecycle::name(report.state)},
          {"error", std::move(error)},
          {"previous", report.previous ? json(report.previous->str()) : json(nullptr)},
          {"qualified", qualified_json(report.qualification)},
          {"standing_in_for", report.standing_in_for ? json(report.standing_in_for->str()) : json(nullptr)}};
}

ShadowListener::ShadowListener(Outside& outside, std::string server, OnDesired on_desired)
    : outside_(outside),
      server_(std::move(server)),
      on_desired_(std::move(on_desired)),
      backoff_(kRetryFirst, kRetryLongest, outside.random) {}

ShadowListener::~ShadowListener() {
  if (transfer_) outside_.http.cancel(*transfer_);
}

void ShadowListener::pump() {
  if (transfer_ || outside_.clock.monotonic() < due_) return;
  started_ = outside_.clock.monotonic();
  transfer_ = outside_.http.start(
      {.url = fmt::format("{}/device/v1/shadow?known={}&wait={}", server_, known_, kWait.count()),
       .timeout = kWait + kPatience,
       .stall_timeout = kWait + kPatience},
      [this](Result<net::ClientResponse> response) {
        transfer_.reset();
        ended(response);
      });
}

void ShadowListener::try_now() {
  if (online_) return;
  backoff_.reset();
  due_ = Monotonic(0);
}

void ShadowListener::ended(const Result<net::ClientResponse>& response) {
  if (!response) return broke(response.error());
  if (response->status != 200)
    return broke(read_answer(response, server_ + "/device/v1/shadow").error(), retry_after(response));
  const auto view = read_shadow(response->body);
  if (!view) return broke(view.error());
  heard(*view);
}

void ShadowListener::heard(const ShadowView& view) {
  const bool news = view.desired_version != known_ || !online_;
  backoff_.reset();
  online_ = true;
  trouble_.reset();
  due_ = news ? outside_.clock.monotonic() : std::max(outside_.clock.monotonic(), started_ + kSpacing);
  known_ = view.desired_version;
  for (const auto& [name, error] : view.refused)
    log::warn("the server assigns what cannot be understood", {{"model", name}, {"why", error.text()}});
  on_desired_(view);
}

void ShadowListener::broke(const Error& error, std::chrono::milliseconds at_least) {
  const auto wait = backoff_.next(at_least);
  if (online_ || backoff_.tries() == 1) log::warn("the server does not answer", {{"why", error.text()}});
  online_ = false;
  trouble_ = error;
  due_ = outside_.clock.monotonic() + wait;
}

ShadowReporter::ShadowReporter(Outside& outside, std::string server)
    : outside_(outside),
      server_(std::move(server)),
      backoff_(kRetryFirst, kRetryLongest, outside.random),
      agent_({{"version", DROVER_VERSION}, {"error", nullptr}}) {}

void ShadowReporter::report_repository(const std::optional<Error>& trouble) {
  agent_["error"] = trouble ? error_json(trouble->code, trouble->text()) : nlohmann::json(nullptr);
}

void ShadowReporter::report_health(nlohmann::json health) { agent_["health"] = std::move(health); }

ShadowReporter::~ShadowReporter() {
  if (transfer_) outside_.http.cancel(*transfer_);
}

void ShadowReporter::report(const ModelName& model, const lifecycle::Report& report) {
  waiting_[model] = to_json(report);
}

bool ShadowReporter::delivered(const ModelName& model) const {
  return !waiting_.contains(model) && !sent_.contains(model);
}

void ShadowReporter::network_is_back() {
  backoff_.reset();
  due_ = Monotonic(0);
}

Monotonic ShadowReporter::due() const {
  return transfer_ || (waiting_.empty() && agent_ == agent_sent_) ? kNever : due_;
}

void ShadowReporter::pump() {
  if (outside_.clock.monotonic() < due()) return;
  sent_ = std::exchange(waiting_, {});
  nlohmann::json reported = {{"agent", agent_}};
  for (const auto& [model, report] : sent_) reported["models"][model.str()] = report;
  const auto agent = agent_;
  transfer_ = outside_.http.start({.method = "POST",
                                   .url = server_ + "/device/v1/shadow",
                                   .headers = {{"content-type", "application/json"}},
                                   .body = nlohmann::json{{"state", {{"reported", reported}}}}.dump(
                                       -1, ' ', false, nlohmann::json::error_handler_t::replace)},
                                  [this, agent](const Result<net::ClientResponse>& response) {
                                    transfer_.reset();
                                    ended(agent, response);
                                  });
}

void ShadowReporter::ended(const nlohmann::json& agent, const Result<net::ClientResponse>& response) {
  if (response && response->status == 200) {
    sent_.clear();
    agent_sent_ = agent;
    backoff_.reset();
    due_ = Monotonic(0);
    return;
  }
  waiting_.merge(sent_);  // what was said anew meanwhile stays as it is
  sent_.clear();
  due_ = outside_.clock.monotonic() + backoff_.next(retry_after(response));
  log::debug("a report waits", {{"why", read_answer(response, server_).error().text()}});
}

}  // namespace drover::agent
