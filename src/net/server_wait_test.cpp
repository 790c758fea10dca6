#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "net/raw_client.h"
#include "net/server.h"

namespace drover::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A server whose handler waits for "key" until `value` is not 0.
class LongPoll : public testing::Test {
 protected:
  void SetUp() override {
    ServerOptions options;
    options.listeners = {{}};
    server = start_server(options, {.answer = [this](const Request& r) { return answer(r); }}).value();
  }
  Answer answer(const Request& request) {
    ++calls;
    if (change_while_looking.exchange(false)) {
      server->notify("key");
      return Wait{"key", seconds(600)};
    }
    if (value != 0 || request.wait_is_over)
      return Response{.body = fmt::format("value {} over {}", value.load(), request.wait_is_over)};
    return Wait{"key", limit};
  }
  Result<ClientResponse> get() const {
    return make_curl_client({})->perform(
        {.url = fmt::format("http://127.0.0.1:{}/", server->port()), .timeout = seconds(60)});
  }
  void until_waiting(std::uint64_t count) const {
    const auto give_up = std::chrono::steady_clock::now() + seconds(20);
    while (server->counters().waiting != count) {
      ASSERT_LT(std::chrono::steady_clock::now(), give_up) << server->counters().waiting;
      std::this_thread::yield();
    }
  }

  std::atomic<int> value = 0;
  std::atomic<int> calls = 0;
  std::atomic<bool> change_while_looking = false;
  milliseconds limit = seconds(600);
  std::unique_ptr<Server> server;
};

TEST_F(LongPoll, IsAnsweredWhenItsKeyIsNotified) {
  std::thread writer([this] {
    until_waiting(1);
    server->notify("another key");
    value = 7;
    server->notify("key");
  });
  EXPECT_EQ(get()->body, "value 7 over false");
  writer.join();
  EXPECT_EQ(calls, 2) << "a foreign key wakes nobody";
}

TEST_F(LongPoll, WaitsOnWhenNothingChangedForIt) {
  std::thread writer([this] {
    until_waiting(1);
    server->notify("key");
    while (calls < 2) std::this_thread::yield();
    until_waiting(1);
    value = 1;
    server->notify("key");
  });
  EXPECT_EQ(get()->body, "value 1 over false");
  writer.join();
  EXPECT_EQ(calls, 3);
}

TEST_F(LongPoll, EndsAtItsLimit) {
  limit = milliseconds(50);
  EXPECT_EQ(get()->body, "value 0 over true");
}

TEST_F(LongPoll, MissesNoNotificationBetweenItsLookAndItsWait) {
  change_while_looking = true;
  std::thread writer([this] {
    while (calls < 2) std::this_thread::yield();
    until_waiting(1);
    value = 1;
    server->notify("key");
  });
  EXPECT_EQ(get()->body, "value 1 over false");
  writer.join();
}

TEST_F(LongPoll, ForgetsAClientThatWentAway) {
  {
    const RawClient client(server->port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    until_waiting(1);
  }
  until_waiting(0);
}

TEST_F(LongPoll, KeepsWhatAClientSendsWhileItWaits) {
  const RawClient client(server->port());
  client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  until_waiting(1);
  client.send("GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  value = 3;
  server->notify("key");
  const std::string answers = client.read_to_close();
  EXPECT_NE(answers.find("value 3"), answers.rfind("value 3")) << answers;
}

TEST_F(LongPoll, IsAnsweredWhenTheServerStops) {
  std::thread stopper([this] {
    until_waiting(1);
    server->stop();
  });
  const auto response = get();
  stopper.join();
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(response->body, "value 0 over true");
  EXPECT_FALSE(get());
}

TEST_F(LongPoll, AServerDestroyedWithWaitersLeavesNothing) {
  const RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  until_waiting(1);
  server.reset();
  EXPECT_NE(client.read_to_close().find("over true"), std::string::npos);
}

TEST_F(LongPoll, ManyWaitAtOnceWhileOthersAreServed) {
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<RawClient>(server->port()));
    clients.back()->send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }
  until_waiting(200);
  value = 9;
  EXPECT_EQ(get()->body, "value 9 over false");
  server->notify("key");
  for (const auto& client : clients) EXPECT_NE(client->read_to_close().find("value 9"), std::string::npos);
}

}  // namespace
}  // namespace drover::net
