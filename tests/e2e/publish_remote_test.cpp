// Publishing to a server elsewhere: the offline keys and the server's state lie in two directories, as on two
// machines, and only drover's and drover-server's own requests pass between them.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <thread>

#include "base/digest.h"
#include "fleet.h"
#include "net/http.h"

namespace drover::e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kLargeMb = 40;
constexpr int kTriesMax = 20;

/// The program's answer, a failure's too.
json answer_of(const Ended& ended) { return json::parse(ended.out, nullptr, false); }
std::string refusal_of(const Ended& ended) {
  EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;
  return answer_of(ended).value(json::json_pointer("/error/code"), "");
}

class PublishRemote : public testing::Test {
 protected:
  Scratch scratch_;
  const int port_ = free_port();
  Workspace workspace_{scratch_.path() / "server", port_};
  Server server_{workspace_, port_};
  const Path publisher_ = scratch_.path() / "publisher";

  void SetUp() override {
    const Path home = workspace_.directory();
    std::filesystem::create_directories(publisher_ / "keys");
    std::filesystem::rename(home / "keys/offline", publisher_ / "keys/offline");
    for (const Path& file : {home / "operator.token", home / "ca/ca.crt", workspace_.root()})
      std::filesystem::copy_file(file, publisher_ / file.filename());
    server_.start();
  }

  [[nodiscard]] Words words(Words verb) const {
    verb.insert(verb.begin(), program("drover"));
    verb.insert(verb.end(), {"--server", server_.url(), "--token-file", publisher_ / "operator.token", "--ca",
                             publisher_ / "ca.crt", "--root", publisher_ / "1.root.json", "--json"});
    if (std::ranges::find(verb, "--keys") == verb.end())
      verb.insert(verb.end(), {"--keys", publisher_ / "keys"});
    return verb;
  }
  [[nodiscard]] Ended remote(Words verb) const { return run(words(std::move(verb))); }
  [[nodiscard]] Words publish_verb(const Path& bundle) const {
    return {"model", "publish", bundle.string(), "--channel", "stable"};
  }
  void publish(const Path& bundle) const {
    const Ended ended = remote(publish_verb(bundle));
    ASSERT_EQ(ended.exit_code, 0) << ended.out << ended.err;
    EXPECT_EQ(ended.err, "") << "quiet in a pipe";
  }
  /// A version's bundle on the publisher's machine.
  Path pack(const Bundle& bundle, const std::string& name = "bundle") {
    const Path file = publisher_ / (name + "-" + bundle.version + ".drover");
    std::filesystem::rename(workspace_.pack(bundle), file);
    return file;
  }
  Path small(const std::string& version) { return pack({.version = version}); }
  Path large(const std::string& version) { return pack({.version = version, .ballast_mb = kLargeMb}); }

  /// The versions that the server's signed metadata names, each of whose files holds.
  [[nodiscard]] std::vector<std::string> versions() const {
    std::vector<std::string> found;
    for (const json& model : json::parse(must(words({"model", "list"}))).at("models"))
      for (const json& version : model.at("versions")) {
        found.push_back(version.at("version"));
        const Path file = workspace_.target(found.back());
        EXPECT_EQ(sha256(read_file(file)).hex(), text(version.at("variants").at(0), "digest"));
      }
    return found;
  }
  [[nodiscard]] std::string channel() const {
    return answer_of(remote({"model", "show", Workspace::kModel})).at("channels").value("stable", "");
  }
  /// Names in a directory of the server's repository.
  [[nodiscard]] std::size_t count(const std::string& directory, std::string_view ending = "") const {
    std::size_t found = 0;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(workspace_.repository() / directory, none))
      if (entry.path().string().ends_with(ending)) ++found;
    return found;
  }
  /// A request with the operator's token that no verb would make.
  [[nodiscard]] net::ClientResponse raw(const std::string& method, const std::string& path,
                                        const std::string& body) const {
    const std::string token = read_file(publisher_ / "operator.token");
    const auto response =
        net::make_curl_client({.identity = {.ca_file = publisher_ / "ca.crt"}})
            ->perform({.method = method,
                       .url = server_.url() + "/api/v1/" + path,
                       .headers = {{"authorization", "Bearer " + token.substr(0, token.find('\n'))}},
                       .body = body});
    return response.value();
  }
};

TEST_F(PublishRemote, AVersionIsPublishedPromotedAndWithdrawnFromAnotherMachine) {
  publish(small("1.0.0"));
  publish(small("1.1.0"));
  EXPECT_THAT(versions(), ElementsAre("1.0.0", "1.1.0"));
  EXPECT_EQ(channel(), "1.1.0");
  ASSERT_EQ(remote({"model", "promote", "kws", "1.0.0", "--channel", "stable"}).exit_code, 0);
  EXPECT_EQ(channel(), "1.0.0");
  const Ended yanked = remote({"model", "yank", "kws", "1.0.0", "--reason", "bad lamp"});
  ASSERT_EQ(yanked.exit_code, 0) << yanked.err;
  EXPECT_EQ(answer_of(yanked)["channels_emptied"], json{"stable"});
  EXPECT_THAT(versions(), ElementsAre("1.1.0"));
  EXPECT_EQ(refusal_of(remote({"model", "show", "kws", "1.0.0"})), "yanked");
  EXPECT_EQ(refusal_of(remote(publish_verb(publisher_ / "bundle-1.0.0.drover"))), "yanked");
  std::vector<std::string> actions;
  for (const json& row : json::parse(raw("GET", "audit", "").body)["audit"]) actions.push_back(row["action"]);
  EXPECT_THAT(actions, ElementsAre("publish", "publish", "publish", "upload", "publish", "upload"));
}

TEST_F(PublishRemote, AVersionThatIsThereNeverChanges) {
  publish(small("1.0.0"));
  const Path other = pack({.version = "1.0.0", .samples = 11}, "other");
  EXPECT_EQ(refusal_of(remote(publish_verb(other))), "already_exists");
  EXPECT_EQ(refusal_of(remote(publish_verb(publisher_ / "bundle-1.0.0.drover"))), "already_exists");
  EXPECT_THAT(versions(), ElementsAre("1.0.0"));
}

TEST_F(PublishRemote, APrivateRepositoryIsReadWithTheOperatorsToken) {
  server_.stop();
  const Path config = workspace_.directory() / "server.toml";
  write_file(config, "repository_public = false\n" + read_file(config));
  server_.start();
  publish(small("1.0.0"));
  EXPECT_THAT(versions(), ElementsAre("1.0.0"));
}

TEST_F(PublishRemote, BytesThatDoNotMatchTheirDigestAreRefused) {
  const Path bundle = small("1.0.0");
  const std::string bytes = read_file(bundle);
  const std::string name = "repository/targets/models/kws/1.0.0/" + sha256(bytes).hex() + ".kws-1.0.0.drover";
  const net::ClientResponse refused = raw("PUT", name, bytes + "x");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("bad_digest"));
  EXPECT_EQ(count("targets/models/kws/1.0.0"), 0u);
  publish(bundle);
  EXPECT_THAT(versions(), ElementsAre("1.0.0"));
}

TEST_F(PublishRemote, MetadataSignedByOtherKeysIsRefusedByTheVerbAndByTheServer) {
  publish(small("1.0.0"));
  Workspace stranger(scratch_.path() / "stranger");
  const Path bundle = small("1.1.0");
  stranger.publish_file(bundle);
  EXPECT_EQ(refusal_of(remote(
                {"model", "publish", bundle.string(), "--keys", (stranger.directory() / "keys").string()})),
            "not_authorized");
  // What the strangers' own repository would take as its next state.
  stranger.publish_file(pack({.version = "1.2.0"}));
  const json theirs = {
      {"metadata", {{"2.kws.json", read_file(stranger.repository() / "metadata/2.kws.json")}}}};
  EXPECT_THAT(raw("POST", "repository/metadata", theirs.dump()).body, HasSubstr("bad_signature"));
  EXPECT_THAT(versions(), ElementsAre("1.0.0"));
}

TEST_F(PublishRemote, WhoFindsAnotherPublisherAtWorkIsToldAndCanTryAgain) {
  publish(small("1.0.0"));
  const Path bundle = small("1.1.0");
  const int at_work = ::open(workspace_.repository().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(at_work, LOCK_EX), 0);
  const Ended told = remote(publish_verb(bundle));
  EXPECT_EQ(refusal_of(told), "conflict");
  EXPECT_THAT(told.err, HasSubstr("another publisher is at work; try again"));
  ::close(at_work);
  publish(bundle);
  EXPECT_THAT(versions(), ElementsAre("1.0.0", "1.1.0"));
}

TEST_F(PublishRemote, OfManyPublishersAtOnceEachVersionIsPublishedOnce) {
  std::vector<Path> bundles = {small("1.0.0"), small("1.1.0"), pack({.version = "2.0.0"}, "one"),
                               pack({.version = "2.0.0", .samples = 11}, "other")};
  std::vector<Ended> ended(bundles.size());
  {
    std::vector<std::jthread> publishers;
    for (std::size_t i = 0; i < bundles.size(); ++i)
      publishers.emplace_back([&, i] { ended[i] = remote({"model", "publish", bundles[i].string()}); });
  }
  EXPECT_EQ(ended[0].exit_code, 0) << ended[0].err;
  EXPECT_EQ(ended[1].exit_code, 0) << ended[1].err;
  const bool one_won = ended[2].exit_code == 0;
  EXPECT_EQ(ended[one_won ? 2 : 3].exit_code, 0) << ended[3].err;
  EXPECT_EQ(refusal_of(ended[one_won ? 3 : 2]), "already_exists");
  // The loser's bytes may lie there too, but no metadata names them.
  EXPECT_EQ(json::parse(must(words({"model", "list"})))["models"][0]["versions"].size(), 3u);
}

TEST_F(PublishRemote, APublisherKilledWhileItUploadsLeavesThePreviousState) {
  publish(small("1.0.0"));
  bool met = false;
  for (int attempt = 1; attempt <= kTriesMax && !met; ++attempt) {
    const std::string version = fmt::format("1.{}.0", attempt);
    const Path bundle = large(version);
    Process publisher(words(publish_verb(bundle)), publisher_ / "publish.log");
    while (count(".uploads") == 0 && publisher.running()) {
    }
    publisher.kill9();
    wait_until("the server drops what it had of the upload", [&] { return count(".uploads") == 0; });
    met = count("targets/models/kws/" + version) == 0;
    if (!met) continue;
    EXPECT_THAT(versions(), ElementsAre("1.0.0"));
    EXPECT_EQ(channel(), "1.0.0");
    publish(bundle);
    EXPECT_EQ(channel(), version);
    EXPECT_EQ(versions().size(), 2u);
  }
  ASSERT_TRUE(met) << "never killed in time";
}

/// Where the server is killed: as soon as this can be seen on its disk.
struct Sight {
  const char* name;
  const char* directory;
  const char* ending;
  bool large = false;
};

class PublishServerKilled : public PublishRemote, public testing::WithParamInterface<Sight> {
 protected:
  [[nodiscard]] std::size_t seen(const std::string& version) const {
    return count(fmt::format(fmt::runtime(GetParam().directory), version), GetParam().ending);
  }
};

TEST_P(PublishServerKilled, TheNextServerHasTheOldStateOrTheNewAndPublishingGoesOn) {
  publish(small("1.0.0"));
  bool met = false;
  std::size_t expected = 1;
  for (int attempt = 1; attempt <= kTriesMax && !met; ++attempt) {
    const std::string version = fmt::format("1.{}.0", attempt);
    const Path bundle = GetParam().large ? large(version) : small(version);
    const std::size_t before = seen(version);
    {
      Process publisher(words(publish_verb(bundle)), publisher_ / "publish.log");
      while (seen(version) == before && publisher.running()) {
      }
      server_.kill9();
      wait_until("the publisher ends", [&] { return !publisher.running(); }, &publisher);
    }
    server_.start();
    EXPECT_EQ(count(".uploads"), 0u);
    const auto found = versions();  // verifies the whole chain
    met = found.size() == expected;
    EXPECT_LE(found.size(), expected + 1);
    EXPECT_EQ(channel(), found.back()) << "version and channel come together";
    if (met)
      publish(bundle);
    else
      EXPECT_EQ(refusal_of(remote(publish_verb(bundle))), "already_exists");
    EXPECT_EQ(versions().size(), ++expected);
    EXPECT_EQ(channel(), version);
  }
  ASSERT_TRUE(met) << "never killed in time: " << GetParam().name;
}

INSTANTIATE_TEST_SUITE_P(Table, PublishServerKilled,
                         testing::Values(Sight{"upload", ".uploads", "", true},
                                         Sight{"target", "targets/models/kws/{}", ".drover"},
                                         Sight{"role", "metadata", ".kws.json"},
                                         Sight{"snapshot", "metadata", ".snapshot.json"}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace drover::e2e
