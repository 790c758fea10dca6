// Which delegated roles the program asks for, in which order, and where it finds a target.
#include "base/digest.h"
#include "tuf/tuf_testing.h"

namespace drover::tuf {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

struct Delegation {
  std::string parent, name;
  std::vector<std::string> paths = {"*"};
  bool terminating = false;
};
struct Row {
  const char* defends;
  std::vector<Delegation> delegations;
  Words visited;  // for a target that is nowhere
};

class Delegations : public Tuf {
 protected:
  void serve() {
    forge.publish();
    server.metadata = forge.files;
    std::filesystem::remove_all(file("trust"));
    ASSERT_EQ(init(forge.at("1.root.json")), 0) << said;
  }
  void add(const std::string& role, const std::string& path, const std::string& content) {
    forge.add_target(role, path, content);
    const std::size_t name = path.rfind('/') + 1;
    server.targets[path.substr(0, name) + sha256(content).hex() + "." + path.substr(name)] = content;
  }
  /// The delegated roles asked for since the last call.
  Words visited() {
    Words roles;
    for (const std::string& name : server.requests())
      if (name.starts_with("1.") && name != "1.snapshot.json" && name != "1.targets.json")
        roles.push_back(name.substr(2, name.size() - 7));
    return roles;
  }

  trust::Forge forge;
};

TEST_F(Delegations, AreWalkedInOrderDepthFirstAndEachOnce) {
  const Row rows[] = {
      {"order", {{"targets", "A"}, {"targets", "B"}}, {"A", "B"}},
      {"depth first", {{"targets", "A"}, {"targets", "B"}, {"A", "C"}, {"A", "D"}}, {"A", "C", "D", "B"}},
      {"three levels", {{"targets", "A"}, {"targets", "B"}, {"A", "C"}, {"C", "D"}}, {"A", "C", "D", "B"}},
      {"terminating", {{"targets", "A"}, {"targets", "B"}, {"A", "C", {"*"}, true}, {"A", "D"}}, {"A", "C"}},
      {"below a terminating one",
       {{"targets", "A"}, {"targets", "B"}, {"A", "C", {"*"}, true}, {"C", "D"}},
       {"A", "C", "D"}},
      {"paths", {{"targets", "A", {"*.py"}}, {"targets", "B"}, {"A", "C"}}, {"B"}},
      {"paths below", {{"targets", "A"}, {"targets", "B"}, {"A", "C", {"*.py"}}, {"C", "D"}}, {"A", "B"}}};
  for (const Row& row : rows) {
    forge = trust::Forge();
    for (const Delegation& one : row.delegations)
      forge.delegate(one.name, one.paths, one.terminating, one.parent);
    serve();
    EXPECT_EQ(download({"nowhere"}), 1) << row.defends;
    EXPECT_THAT(visited(), ElementsAreArray(row.visited)) << row.defends;
  }
}

TEST_F(Delegations, ACircleEnds) {
  forge.delegate("A", {"*"});
  forge.delegate("B", {"*"}, false, "A");
  forge.roles["B"].delegations = forge.roles["targets"].delegations;
  serve();
  EXPECT_EQ(download({"nowhere"}), 1);
  EXPECT_THAT(visited(), ElementsAre("A", "B"));
}

TEST_F(Delegations, ATargetIsFoundWhereEveryRoleAboveSpeaksOfIt) {
  forge.delegate("docs", {"*.md"});
  forge.delegate("releases", {"releases/*/*"});
  forge.delegate("x", {"releases/x/*"}, false, "releases");
  forge.delegate("y", {"releases/y/*.zip"}, false, "releases");
  add("docs", "README.md", "read me");
  add("x", "releases/x/1", "x 1");
  add("y", "releases/y/1.zip", "y 1");
  add("y", "releases/z/1.zip", "not y's to give");
  serve();
  EXPECT_EQ(download({"README.md", "releases/x/1"}), 0) << said;
  EXPECT_THAT(visited(), ElementsAre("docs", "releases", "x"));
  EXPECT_EQ(download({"releases/y/1.zip"}), 0) << said;
  EXPECT_EQ(download({"releases/z/1.zip"}), 1);
  EXPECT_THAT(visited(), ElementsAre("y"));
  EXPECT_THAT(list("out"), ElementsAre("README.md", "releases%2Fx%2F1", "releases%2Fy%2F1.zip"));
  EXPECT_EQ(read("out/releases%2Fx%2F1"), "x 1");
}

TEST_F(Delegations, HashPrefixesSayWhichBinHoldsATarget) {
  const std::string path = "a/b.bin";
  const char first = sha256(path).hex().front();
  for (const auto& [name, digit] : {std::pair{"wrong", first == '0' ? '1' : '0'}, {"right", first}}) {
    forge.delegate(name, {});
    forge.roles["targets"].delegations->roles.back().path_hash_prefixes = {std::string(1, digit)};
  }
  add("right", path, "content");
  serve();
  EXPECT_EQ(download({path}), 0) << said;
  EXPECT_THAT(visited(), ElementsAre("right"));
}

TEST_F(Delegations, OddRoleNamesAreEncodedInRequestsAndOnDisk) {
  const Words names = {"?", "#", "/role", "../role", "a b%41", "ä"};
  for (const std::string& name : names) forge.delegate(name, {"*"});
  serve();
  EXPECT_EQ(download({"nowhere"}), 1);
  EXPECT_THAT(visited(), ElementsAreArray(names));
  EXPECT_THAT(list("trust"),
              ElementsAre("%23.json", "%2Frole.json", "%3F.json", "%C3%A4.json", "..%2Frole.json",
                          "a%20b%2541.json", "root.json", "snapshot.json", "targets.json", "timestamp.json"));
}

TEST_F(Delegations, AnExpiredRoleIsNotUsed) {
  forge.delegate("A", {"*"}).expires = trust::test_time("2026-05-01T00:00:00Z");
  add("A", "a.bin", "content");
  serve();
  EXPECT_EQ(refresh(), 0) << said;
  EXPECT_EQ(download({"a.bin"}), 1);
  EXPECT_THAT(said, testing::HasSubstr("expired"));
  EXPECT_THAT(list("out"), testing::IsEmpty());
  EXPECT_THAT(list("trust"), testing::Not(testing::Contains("A.json")));
}

TEST_F(Delegations, NoTargetTakesAnothersPlaceNotEvenWhileItComes) {
  const Words paths = {"a.part", "a+part", "a/part", "a%2Fpart", "a"};
  for (const std::string& path : paths) add("targets", path, "content of " + path);
  serve();
  EXPECT_EQ(download(paths), 0) << said;
  EXPECT_THAT(list("out"), ElementsAre("a", "a%252Fpart", "a%2Bpart", "a%2Fpart", "a.part"));
  EXPECT_EQ(read("out/a.part"), "content of a.part");
}

TEST_F(Delegations, ATargetThatWouldLeaveItsDirectoryIsRefused) {
  add("targets", "../up.bin", "content");
  serve();
  EXPECT_EQ(download({"../up.bin"}), 1);
  EXPECT_THAT(list("out"), testing::IsEmpty());
}

}  // namespace
}  // namespace drover::tuf
