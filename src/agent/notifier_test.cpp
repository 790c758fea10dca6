#include "agent/notifier.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace drover::agent {
namespace {

class NotifierTest : public testing::Test {
 protected:
  NotifierTest() {
    std::string name = (std::filesystem::temp_directory_path() / "drover-notify-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    open();
  }
  ~NotifierTest() override { std::filesystem::remove_all(directory_); }

  void open() {
    notifier_ = *Notifier::open(socket(), [this](const ModelName& model) -> std::optional<ActiveVersion> {
      if (model != defect_ || number_.empty()) return std::nullopt;
      return ActiveVersion{.digest = sha256(number_), .version = *Version::parse(number_)};
    });
  }
  [[nodiscard]] std::filesystem::path socket() const { return directory_ / "notify.sock"; }
  /// A client that has said `text`, and been served.
  UniqueFd client(const std::string& text) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    socket().string().copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    say(fd, text);
    notifier_->pump();
    return fd;
  }
  static void say(const UniqueFd& fd, const std::string& text) {
    EXPECT_EQ(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  /// What the notifier has sent: nullopt when nothing, "" when it has hung up.
  static std::optional<std::string> heard(const UniqueFd& fd) {
    std::array<char, 4096> bytes{};
    const ssize_t got = ::recv(fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return std::nullopt;
    return std::string(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }

  const ModelName defect_ = *ModelName::parse("defect");
  std::string number_ = "1.0.0";
  std::filesystem::path directory_;
  std::unique_ptr<Notifier> notifier_;
};

TEST_F(NotifierTest, TellsWhatIsActiveAtOnceAndAfterEachChange) {
  const UniqueFd fd = client("defect\n");
  EXPECT_EQ(heard(fd), sha256("1.0.0").hex() + " 1.0.0\n");
  EXPECT_EQ(heard(fd), std::nullopt);
  number_ = "1.1.0";
  notifier_->changed(defect_);
  EXPECT_EQ(heard(fd), sha256("1.1.0").hex() + " 1.1.0\n");
  notifier_->changed(*ModelName::parse("other"));
  EXPECT_EQ(heard(fd), std::nullopt);
}

TEST_F(NotifierTest, SaysSoWhenThereIsNoVersion) {
  number_ = "";
  EXPECT_EQ(heard(client("defect\n")), "- -\n");
}

TEST_F(NotifierTest, TakesANameThatComesInPieces) {
  const UniqueFd fd = client("def");
  EXPECT_EQ(heard(fd), std::nullopt);
  say(fd, "ect\n");
  notifier_->pump();
  EXPECT_EQ(heard(fd), sha256("1.0.0").hex() + " 1.0.0\n");
}

TEST_F(NotifierTest, HangsUpOnNonsense) {
  for (const std::string& nonsense :
       {std::string("\n"), std::string("No Such Name\n"), std::string("defect\nmore\n"),
        std::string(Notifier::kLineBytesMax, 'a')})
    EXPECT_EQ(heard(client(nonsense + (nonsense.back() == 'a' ? "a\n" : ""))), "") << nonsense;
  const UniqueFd fd = client("defect\n");
  heard(fd);
  say(fd, "again\n");
  notifier_->pump();
  EXPECT_EQ(heard(fd), "");
  EXPECT_EQ(notifier_->clients(), 0u);
}

TEST_F(NotifierTest, DropsAClientThatDoesNotReadAndServesTheOthers) {
  const UniqueFd slow = client("defect\n"), quick = client("defect\n");
  for (int change = 0; change < 1'000'000 && notifier_->clients() == 2; ++change) {
    notifier_->changed(defect_);
    ASSERT_NE(heard(quick), "");
  }
  EXPECT_EQ(notifier_->clients(), 1u);
  notifier_->changed(defect_);
  EXPECT_NE(heard(quick), std::nullopt);
}

TEST_F(NotifierTest, HasABoundOnClients) {
  std::vector<UniqueFd> clients;
  for (std::size_t i = 0; i < Notifier::kClientsMax + 3; ++i) clients.push_back(client("defect\n"));
  EXPECT_EQ(notifier_->clients(), Notifier::kClientsMax);
  EXPECT_EQ(heard(clients.back()), "");
  clients.erase(clients.begin());
  notifier_->pump();
  EXPECT_EQ(notifier_->clients(), Notifier::kClientsMax - 1);
}

TEST_F(NotifierTest, TakesThePlaceOfADeadAgentsSocket) {
  const auto release = notifier_.release();  // an agent that was killed removes nothing
  open();
  EXPECT_EQ(heard(client("defect\n")), sha256("1.0.0").hex() + " 1.0.0\n");
  struct stat info{};
  ASSERT_EQ(::stat(socket().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0660u);
  notifier_.reset();
  EXPECT_FALSE(std::filesystem::exists(socket()));
  delete release;
}

TEST(Notifier, RefusesAPathThatNoSocketCanHave) {
  EXPECT_EQ(Notifier::open("/" + std::string(120, 'x'), {}).error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace drover::agent
