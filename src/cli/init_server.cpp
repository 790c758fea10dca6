#include "cli/init_server.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>

#include "base/random.h"
#include "db/store.h"
#include "fs/file_system.h"
#include "net/certificates.h"

namespace drover::cli {
namespace {

constexpr std::array kFiles = {"ca/ca.key",     "ca/ca.crt",   "tls/server.key", "tls/server.crt",
                               "drover.sqlite", "server.toml", "operator.token"};

Status refuse_to_overwrite(const fs::Path& directory) {
  for (const char* name : kFiles)
    if (std::filesystem::exists(directory / name))
      return fail(Code::already_exists, fmt::format("{}: is there already; a workspace is made in a directory"
                                                    " without one",
                                                    (directory / name).string()));
  return {};
}

Status write_file(const fs::Path& path, const std::string& text, bool is_secret) {
  fs::FileSystem& files = fs::real_file_system();
  DROVER_TRY(fs::make_directories(files, path.parent_path()));
  DROVER_TRY(fs::write_atomically(files, path, as_bytes(text)));
  if (chmod(path.c_str(), is_secret ? 0600 : 0644) != 0)
    return fail(Code::io_failed, fmt::format("{}: its permissions cannot be set", path.string()));
  return {};
}

std::string config_text(const ServerSetup& setup) {
  return fmt::format(
      "# drover-server's configuration; \"drover-server --help\" lists all options with what they do.\n"
      "# Relative paths start at this file's directory. The environment (DROVER_PORT) and flags (--port) "
      "override.\n"
      "url = \"https://{}:{}\"  # how devices and operators reach this server\n"
      "address = \"{}\"\n"
      "port = {}\n"
      "database = \"drover.sqlite\"\n"
      "repository = \"repository\"\n"
      "\n"
      "[tls]\n"
      "certificate = \"tls/server.crt\"\n"
      "key = \"tls/server.key\"\n"
      "\n"
      "[ca]\n"
      "certificate = \"ca/ca.crt\"\n"
      "key = \"ca/ca.key\"\n",
      setup.hosts.front(), setup.port, setup.listen, setup.port);
}

Status make_database(const fs::Path& directory) {
  const std::string path = (directory / "drover.sqlite").string();
  const std::string token = "dro_" + hex(secure_random(24));
  {
    const auto store = DROVER_TRY(db::open_sqlite_store(path));
    DROVER_TRY(store->add_operator({"admin", db::Role::admin}, sha256(token)));
  }
  if (chmod(path.c_str(), 0600) != 0)
    return fail(Code::io_failed, fmt::format("{}: its permissions cannot be set", path));
  return write_file(directory / "operator.token", token + "\n", true);
}

}  // namespace

Status init_server_files(const std::filesystem::path& directory, const ServerSetup& setup, UnixTime now) {
  DROVER_TRY(refuse_to_overwrite(directory));
  if (setup.hosts.empty()) return fail(Code::invalid_argument, "a server needs at least one host name");
  const auto authority = DROVER_TRY(net::make_authority("Drover device authority", now));
  const auto server = DROVER_TRY(net::issue_server_certificate(authority, setup.hosts, now));
  DROVER_TRY(write_file(directory / "ca/ca.key", authority.key, true));
  DROVER_TRY(write_file(directory / "ca/ca.crt", authority.certificate, false));
  DROVER_TRY(write_file(directory / "tls/server.key", server.key, true));
  DROVER_TRY(write_file(directory / "tls/server.crt", server.certificate, false));
  DROVER_TRY(make_database(directory));
  return write_file(directory / "server.toml", config_text(setup), false);
}

}  // namespace drover::cli
