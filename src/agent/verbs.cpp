#include "agent/verbs.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "agent/agent.h"
#include "agent/offer.h"
#include "agent/status.h"
#include "base/log.h"
#include "base/random.h"
#include "lifecycle/state_file.h"

namespace drover::agent {
namespace {

using nlohmann::json;

volatile std::sig_atomic_t stop_asked = 0;

/// On stdout with --json, else on stderr: a line for people, or of the log where that is JSON. The exit code.
int tell(const Arguments& arguments, const Error& error) {
  if (arguments.json)
    fmt::print("{}\n", json{{"error", {{"code", name(error.code)}, {"message", error.text()}}}}.dump());
  else if (arguments.log_format == "json")
    log::error(error.text(), {{"code", std::string(name(error.code))}});
  else
    fmt::print(stderr, "drover-agent: {}\n", error.text());
  return error.code == Code::invalid_argument ? 2 : 1;
}

Result<Config> checked_config(const Arguments& arguments) {
  Config config = DROVER_TRY(load_config(arguments, [](const char* name) { return std::getenv(name); }));
  DROVER_TRY(check(config));
  return config;
}

/// `trust` must outlive the client. A device whose clock starts at 1970 still believes its server, and no
/// server whose certificate ended before the newest offline signature was made.
net::ClientOptions client_options(const Config& config, const repo::TrustStore& trust) {
  net::ClientOptions options;
  options.proxy = config.proxy;
  options.bytes_per_second_max = config.bytes_per_second_max;
  options.user_agent = "drover-agent/" DROVER_VERSION;
  options.certificate_time = [&trust] {
    return lifecycle::judged_time(system_clock().now(), remembered_time(trust));
  };
  return options;
}

/// A signal ends the poll that waits (EINTR), so nothing else is needed to stop at once.
void stop_on_signals() {
  struct sigaction action{};
  action.sa_handler = [](int) { stop_asked = 1; };
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Status run(const Arguments& arguments) {
  const Config config = DROVER_TRY(checked_config(arguments));
  fs::FileSystem& files = fs::real_file_system();
  const IdentityStore identity(files, config.state_dir / "identity");
  if (!files.info(config.trust() / "root.json"))
    return fail(Code::not_found, fmt::format("{} is missing: run drover-agent enroll --root FILE first",
                                             (config.trust() / "root.json").string()));
  DROVER_TRY(identity.recover());
  if (!config.standalone() && !identity.enrolled())
    return fail(Code::not_found, "the device has no certificate: run drover-agent enroll first");
  const repo::TrustStore trust(files, config.trust());
  net::ClientOptions options = client_options(config, trust);
  if (!config.standalone()) options.identity = identity.files_of_tls();
  const auto http = net::make_curl_client(options);
  Outside outside{*http, files, system_clock(), random_below};
  stop_on_signals();
  DROVER_TRY(Agent::open(config, outside))->run(stop_asked);
  return {};
}

Status enroll_device(const Arguments& arguments) {
  Config config = DROVER_TRY(load_config(arguments, [](const char* name) { return std::getenv(name); }));
  fs::FileSystem& files = fs::real_file_system();
  DROVER_TRY(install_root(files, config, arguments.enrolment.root_file));
  if (config.server.empty()) return {};
  if (!config.device)
    return fail(Code::invalid_argument, "give --device ID, as the server knows this device");
  if (arguments.enrolment.token.empty())
    return fail(Code::invalid_argument, "give --token, the one-time token of drover device token");
  const repo::TrustStore trust(files, config.trust());
  net::ClientOptions options = client_options(config, trust);
  options.identity.ca_file = arguments.enrolment.ca_file;
  const auto http = net::make_curl_client(options);
  return enroll(*http, files, config, arguments.enrolment);
}

Result<json> from_disk(const std::string& verb, const Config& config) {
  lifecycle::Records records;
  const auto text =
      fs::read_file(fs::real_file_system(), config.state_dir / "state.json", lifecycle::kStateBytesMax);
  if (text)
    records =
        DROVER_TRY(lifecycle::parse_records(as_text(*text)).in((config.state_dir / "state.json").string()));
  else if (text.error().code != Code::not_found)
    return fail(text.error());
  json models = json::object();
  for (const auto& [model, record] : records)
    models[model.str()] = verb == "status" ? status_of(record) : history_of(record);
  if (verb == "history") return json{{"models", std::move(models)}};
  return json{{"agent", {{"running", false}, {"version", DROVER_VERSION}}}, {"models", std::move(models)}};
}

Result<json> ask(const std::string& verb, const Arguments& arguments) {
  const Config config =
      DROVER_TRY(load_config(arguments, [](const char* name) { return std::getenv(name); }));
  json request = {{"verb", verb}};
  for (const auto& [key, value] :
       {std::pair{"model", arguments.model}, {"version", arguments.version}, {"digest", arguments.digest}})
    if (!value.empty()) request[key] = value;
  auto answer = ask_agent(config.control_socket(), request);
  const bool reads_only = verb == "status" || verb == "history";
  if (!answer && answer.error().code == Code::unreachable && reads_only) return from_disk(verb, config);
  return answer;
}

}  // namespace

int run_agent(const Arguments& arguments) {
  const Status ran = run(arguments);
  return ran ? 0 : tell(arguments, ran.error());
}

int run_enroll(const Arguments& arguments) {
  const Status enrolled = enroll_device(arguments);
  if (!enrolled) return tell(arguments, enrolled.error());
  fmt::print("{}\n",
             arguments.json ? R"({"ok":true})" : "this device is enrolled; start it with drover-agent run");
  return 0;
}

int run_on_device(const std::string& verb, const Arguments& arguments) {
  const auto answer = ask(verb, arguments);
  if (!answer) return tell(arguments, answer.error());
  if (arguments.json)
    fmt::print("{}\n", answer->dump(2, ' ', false, json::error_handler_t::replace));
  else if (verb == "history")
    fmt::print("{}", history_text(*answer));
  else if (verb == "status")
    fmt::print("{}", status_text(*answer));
  else
    fmt::print("{}: done; drover-agent status tells how it stands\n", answer->at("models").begin().key());
  return 0;
}

}  // namespace drover::agent
