#include <curl/curl.h>

#include <algorithm>
#include <map>

#include "base/assert.h"
#include "net/curl_transfer.h"

namespace drover::net {
namespace {

using SteadyClock = CurlTransfer::Clock;

class CurlClient : public HttpClient {
 public:
  explicit CurlClient(ClientOptions options) : options_(std::move(options)) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    DROVER_ASSERT(started == CURLE_OK);
    multi_ = curl_multi_init();
    DROVER_ASSERT(multi_ != nullptr);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 4L);
  }

  ~CurlClient() override {
    for (auto& [id, transfer] : running_) curl_multi_remove_handle(multi_, transfer->handle());
    running_.clear();
    curl_multi_cleanup(multi_);
  }

  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  TransferId start(ClientRequest request, OnDone done) override {
    const TransferId id = ++last_id_;
    waiting_.emplace(id, std::make_unique<CurlTransfer>(std::move(request), options_, std::move(done)));
    return id;
  }

  void cancel(TransferId id) override {
    waiting_.erase(id);
    const auto found = running_.find(id);
    if (found == running_.end()) return;
    if (in_curl_) {
      found->second->give_up();  // curl allows no removal from within its callbacks
    } else {
      remove(found);
    }
  }

  void poll(const std::vector<int>& descriptors, std::chrono::milliseconds wait) override {
    admit();
    perform();
    if (finish() > 0) return;
    wait_for_event(descriptors, wait);
    perform();
    finish();
  }

 private:
  using Transfers = std::map<TransferId, std::unique_ptr<CurlTransfer>>;

  /// What was started since the last poll, or from within a callback, begins now.
  void admit() {
    for (auto& [id, transfer] : waiting_) {
      transfer->begin_clock();
      DROVER_ASSERT(curl_multi_add_handle(multi_, transfer->handle()) == CURLM_OK);
      running_.emplace(id, std::move(transfer));
    }
    waiting_.clear();
  }

  void perform() {
    int still_running = 0;
    in_curl_ = true;
    curl_multi_perform(multi_, &still_running);
    in_curl_ = false;
  }

  void wait_for_event(const std::vector<int>& descriptors, std::chrono::milliseconds wait) {
    std::vector<curl_waitfd> extra;
    for (int descriptor : descriptors) extra.push_back({descriptor, CURL_WAIT_POLLIN, 0});
    for (const auto& [id, transfer] : running_)
      if (const auto deadline = transfer->stall_deadline())
        wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(*deadline - SteadyClock::now()));
    curl_multi_poll(multi_, extra.data(), static_cast<unsigned>(extra.size()),
                    static_cast<int>(std::max(wait, std::chrono::milliseconds(0)).count()), nullptr);
  }

  /// Calls back for all that is over; callbacks may start and cancel transfers.
  std::size_t finish() {
    std::vector<std::pair<OnDone, Result<ClientResponse>>> over;
    collect_done(over);
    collect_stalled(over);
    for (auto& [done, result] : over)
      if (done) done(std::move(result));
    return over.size();
  }

  void collect_done(std::vector<std::pair<OnDone, Result<ClientResponse>>>& over) {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto found = std::ranges::find_if(
          running_, [message](const auto& entry) { return entry.second->handle() == message->easy_handle; });
      DROVER_ASSERT(found != running_.end());
      CurlTransfer& transfer = *found->second;
      if (!transfer.given_up()) over.emplace_back(transfer.take_done(), transfer.result(code));
      remove(found);
    }
  }

  void collect_stalled(std::vector<std::pair<OnDone, Result<ClientResponse>>>& over) {
    const auto now = SteadyClock::now();
    for (auto it = running_.begin(); it != running_.end();) {
      const auto current = it++;
      const auto deadline = current->second->stall_deadline();
      if (!deadline || now < *deadline) continue;
      if (!current->second->given_up())
        over.emplace_back(current->second->take_done(), fail(current->second->stalled()));
      remove(current);
    }
  }

  void remove(Transfers::iterator transfer) {
    curl_multi_remove_handle(multi_, transfer->second->handle());
    running_.erase(transfer);
  }

  ClientOptions options_;
  CURLM* multi_ = nullptr;
  TransferId last_id_ = 0;
  bool in_curl_ = false;
  Transfers waiting_;
  Transfers running_;
};

}  // namespace

std::unique_ptr<HttpClient> make_curl_client(ClientOptions options) {
  return std::make_unique<CurlClient>(std::move(options));
}

}  // namespace drover::net
