#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "db/sqlite.h"
#include "db/store.h"

namespace drover::db {
namespace {

class SqliteFile : public testing::Test {
 protected:
  SqliteFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "drover-sqlite-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~SqliteFile() override { std::filesystem::remove_all(directory_); }
  [[nodiscard]] std::string path() const { return directory_ + "/db"; }

 private:
  std::string directory_;
};

TEST_F(SqliteFile, ANewerDroversFileIsRefused) {
  ASSERT_TRUE(open_sqlite_store(path()));
  ASSERT_TRUE(Sqlite::open(path(), false).value()->execute("pragma user_version = 99"));
  const auto opened = open_sqlite_store(path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::bad_state);
  EXPECT_NE(opened.error().message.find("newer drover-server"), std::string::npos);
}

TEST_F(SqliteFile, AFileThatIsNoDatabaseIsRefused) {
  FILE* file = fopen(path().c_str(), "w");
  fputs("this is no database, and it is long enough to be looked at as one, in case that matters", file);
  fclose(file);
  EXPECT_EQ(open_sqlite_store(path()).error().code, Code::bad_state);
  EXPECT_EQ(open_sqlite_store("/nowhere/at/all").error().code, Code::io_failed);
}

TEST_F(SqliteFile, WhatWasAcknowledgedSurvivesSigkill) {
  int acknowledged[2];
  ASSERT_EQ(pipe(acknowledged), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto store = open_sqlite_store(path()).value();
    for (int i = 0;; ++i) {
      if (!store->put_setting("last", std::to_string(i))) _exit(1);
      if (write(acknowledged[1], &i, sizeof i) != sizeof i) _exit(1);
    }
  }
  close(acknowledged[1]);
  int last = -1;
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(read(acknowledged[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  while (read(acknowledged[0], &last, sizeof last) == static_cast<ssize_t>(sizeof last)) continue;
  close(acknowledged[0]);
  const auto kept = open_sqlite_store(path()).value()->find_setting("last").value();
  EXPECT_GE(std::stoi(kept.value()), last);
}

}  // namespace
}  // namespace drover::db
