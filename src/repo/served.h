#pragma once

#include <map>
#include <string>
#include <vector>

#include "fs/sim_file_system.h"
#include "repo/refresh.h"
#include "trust/forge.h"

/// For tests: a client with a simulated disk, and repositories that answer its requests from memory.
namespace drover::repo {

using Files = std::map<std::string, std::string>;

struct Device {
  fs::SimFileSystem files;
  TrustStore store{files, "/trust"};
  std::vector<std::string> requests;

  explicit Device(const std::string& root) { EXPECT_TRUE(store.init(as_bytes(root)).has_value()); }

  /// Answers from `served`; what is not there is not_found.
  Result<Refresh> refresh(const Files& served, const std::vector<std::string>& paths = {},
                          UnixTime now = trust::test_time(), RefreshOptions options = {}) {
    requests.clear();
    Refresh refresh = DROVER_TRY(Refresh::begin(store, now, options));
    for (const std::string& path : paths) refresh.follow(path);
    DROVER_TRY(run(refresh, served));
    return refresh;
  }

  Status run(Refresh& refresh, const Files& served) {
    while (const auto wanted = refresh.next()) {
      requests.push_back(wanted->path);
      const auto found = served.find(wanted->path);
      if (found == served.end())
        refresh.feed(fail(Code::not_found, "404"));
      else
        refresh.feed(Bytes(found->second.begin(), found->second.end()));
    }
    return refresh.status();
  }

  [[nodiscard]] std::string stored(const std::string& file) {
    const auto bytes = fs::read_file(files, "/trust/" + file, 10'000'000);
    return bytes ? std::string(as_text(*bytes)) : "";
  }
};

/// A file of `files` as a map from its name, as a web server would serve the directory.
inline Files served_directory(fs::FileSystem& files, const fs::Path& directory) {
  Files served;
  if (const auto names = files.list(directory))
    for (const std::string& name : *names)
      if (const auto bytes = fs::read_file(files, directory / name, 10'000'000))
        served[name] = as_text(*bytes);
  return served;
}

}  // namespace drover::repo
