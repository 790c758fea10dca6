#include <fmt/format.h>

#include "base/log.h"
#include "tuf/verbs.h"

namespace {

using namespace drover;

Status run_checked(const tuf::Arguments& arguments) {
  DROVER_TRY(tuf::check_arguments(arguments));
  const auto http = net::make_curl_client({.user_agent = "drover-tuf/" DROVER_VERSION});
  return tuf::run(arguments, {.files = fs::real_file_system(), .http = *http, .clock = system_clock()});
}

}  // namespace

int main(int argc, char** argv) {
  log::start("drover-tuf", log::Format::text, log::Level::warn);
  tuf::Arguments arguments;
  CLI::App program("A small TUF client: what devices trust a repository by, as a program of its own.",
                   "drover-tuf");
  program.set_version_flag("--version", DROVER_VERSION);
  tuf::add_arguments(program, arguments);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 1;
  }
  const Status done = run_checked(arguments);
  if (!done) fmt::print(stderr, "drover-tuf: {} [{}]\n", done.error().text(), name(done.error().code));
  return done ? 0 : 1;
}
