#include "agent/control_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <thread>

namespace drover::agent {
namespace {

/// An agent that answers on its own thread until it goes.
class Answering {
 public:
  explicit Answering(std::unique_ptr<ControlSocket> socket) : socket_(std::move(socket)) {}
  ~Answering() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::unique_ptr<ControlSocket> socket_;
  std::atomic<bool> stop_ = false;
  std::thread thread_{[this] {
    while (!stop_) {
      socket_->pump();
      std::this_thread::yield();
    }
  }};
};

class ControlSocketTest : public testing::Test {
 protected:
  std::string path_ = testing::TempDir() + "drover_control_test.sock";
  static Result<nlohmann::json> echo(const nlohmann::json& request) {
    if (request.value("verb", "") == "refuse") return fail(Code::not_found, "no such model");
    return request;
  }
};

TEST_F(ControlSocketTest, AnswersARequestAndPassesARefusalOn) {
  Answering agent(*ControlSocket::open(path_, echo));
  EXPECT_EQ(ask_agent(path_, {{"verb", "status"}}).value(), (nlohmann::json{{"verb", "status"}}));
  const auto refused = ask_agent(path_, {{"verb", "refuse"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::not_found);
  EXPECT_EQ(refused.error().message, "no such model");
}

TEST_F(ControlSocketTest, OnlyItsOwnerMayConnect) {
  const auto socket = ControlSocket::open(path_, echo).value();
  struct stat info{};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(ControlSocketTest, RefusesToStandBesideALivingAgentAndReplacesADeadOne) {
  {
    Answering agent(*ControlSocket::open(path_, echo));
    EXPECT_EQ(ControlSocket::open(path_, echo).error().code, Code::conflict);
  }
  EXPECT_TRUE(ControlSocket::open(path_, echo));
}

TEST_F(ControlSocketTest, SaysThatNoAgentRuns) {
  std::filesystem::remove(path_);
  EXPECT_EQ(ask_agent(path_, {{"verb", "status"}}).error().code, Code::unreachable);
}

}  // namespace
}  // namespace drover::agent
