// The layer rule of ARCHITECTURE.md, enforced: a room includes only the rooms in its row of the table.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace {

namespace stdfs = std::filesystem;
using Table = std::map<std::string, std::set<std::string>>;

const stdfs::path kRoot = DROVER_SOURCE_DIR;

std::string read(const stdfs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Layers {
  Table table;                    // room → the rooms that it may include
  std::set<std::string> planned;  // of them, those without a folder yet
};

Layers read_layers() {
  const std::string page = read(kRoot / "ARCHITECTURE.md");
  const auto begin = page.find("<!-- layers -->"), end = page.find("<!-- /layers -->");
  Layers layers;
  std::istringstream lines(page.substr(begin, end - begin));
  const std::regex row(R"(\| ([a-z]+)( \(planned\))? \|([a-z, ]*)\|)"), word("[a-z]+");
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, row) || match[1] == "room") continue;
    const std::string allowed = match[3];
    layers.table[match[1]] = {std::sregex_token_iterator(allowed.begin(), allowed.end(), word), {}};
    if (match[2].matched) layers.planned.insert(match[1]);
  }
  return layers;
}

Table layer_table() { return read_layers().table; }
stdfs::path folder_of(const std::string& room) {
  return room == "sdk" ? kRoot / "sdk" : kRoot / "src" / room;
}

bool is_test(const stdfs::path& file) { return file.string().find("_test.") != std::string::npos; }
bool is_source(const stdfs::path& file) {
  return file.extension() == ".cpp" || file.extension() == ".h" || file.extension() == ".c";
}

/// Rooms whose headers `file` includes.
std::set<std::string> rooms_included(const stdfs::path& file, const Table& table) {
  static const std::regex include(R"re(#include "([a-z]+)/)re");
  const std::string text = read(file);
  std::set<std::string> rooms;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), include); it != std::sregex_iterator(); ++it)
    if (const std::string room = (*it)[1]; table.contains(room)) rooms.insert(room);
  return rooms;
}

TEST(Layers, EveryRoomStandsInTheTable) {
  const Table table = layer_table();
  ASSERT_GT(table.size(), 15u);
  for (const auto& entry : stdfs::directory_iterator(kRoot / "src"))
    EXPECT_TRUE(table.contains(entry.path().filename())) << entry.path();
}

TEST(Layers, OnlyAPlannedRoomHasNoFolder) {
  const Layers layers = read_layers();
  for (const auto& [room, allowed] : layers.table)
    EXPECT_NE(stdfs::exists(folder_of(room)), layers.planned.contains(room))
        << "ARCHITECTURE.md says otherwise of " << room;
}

TEST(Layers, TheTableHasNoCycle) {
  const Table table = layer_table();
  for (const auto& [room, allowed] : table)
    for (const auto& below : allowed) {
      ASSERT_TRUE(table.contains(below)) << room << " names " << below;
      EXPECT_FALSE(table.at(below).contains(room)) << room << " and " << below;
    }
}

TEST(Layers, ARoomIncludesOnlyWhatItsRowAllows) {
  const Table table = layer_table();
  for (const auto& [room, allowed] : table) {
    const stdfs::path folder = folder_of(room);
    if (!stdfs::exists(folder)) continue;
    for (const auto& entry : stdfs::recursive_directory_iterator(folder)) {
      if (!is_source(entry.path()) || is_test(entry.path())) continue;
      for (const auto& included : rooms_included(entry.path(), table))
        EXPECT_TRUE(included == room || allowed.contains(included))
            << entry.path() << " includes " << included << "/";
    }
  }
}

TEST(Layers, HeavyAndForeignHeadersStayInTheirRooms) {
  const std::map<std::string, std::set<std::string>> homes = {
      {"boost/asio", {"net"}},    {"boost/beast", {"net"}}, {"curl/curl.h", {"net"}},
      {"openssl/ssl.h", {"net"}}, {"sqlite3.h", {"db"}},    {"archive.h", {"bundle", "tables"}},
      {"toml++", {"base"}},       {"seccomp.h", {"worker"}}};
  for (const auto& entry : stdfs::recursive_directory_iterator(kRoot / "src")) {
    if (!is_source(entry.path())) continue;
    const std::string room = stdfs::relative(entry.path(), kRoot / "src").begin()->string();
    const std::string text = read(entry.path());
    for (const auto& [header, rooms] : homes) {
      if (text.find("#include <" + header) == std::string::npos) continue;
      EXPECT_TRUE(rooms.contains(room)) << entry.path() << " includes " << header;
    }
  }
}

TEST(Style, FilesStaySmallEnoughToRead) {
  for (const char* folder : {"src", "sdk", "examples"}) {
    if (!stdfs::exists(kRoot / folder)) continue;
    for (const auto& entry : stdfs::recursive_directory_iterator(kRoot / folder)) {
      if (!is_source(entry.path())) continue;
      const std::string text = read(entry.path());
      EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 500) << entry.path();
    }
  }
}

}  // namespace
