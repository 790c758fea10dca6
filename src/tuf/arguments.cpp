#include "tuf/arguments.h"

#include <fmt/format.h>

namespace drover::tuf {
namespace {

constexpr const char* kExamples = R"(Options stand before the subcommand:
  drover-tuf --metadata-dir DIR init root.json
  drover-tuf --metadata-url http://127.0.0.1:8080/metadata/ --metadata-dir DIR refresh
  drover-tuf --metadata-url URL --metadata-dir DIR --target-name models/a.bin --target-dir OUT
             --target-base-url http://127.0.0.1:8080/targets/ download

DIR holds what is trusted, byte for byte as it was served: root.json, timestamp.json, snapshot.json,
targets.json and ROLE.json with the role's name percent-encoded. A target is stored in OUT under its
percent-encoded path (models%2Fa.bin).

Exit codes: 0 ok, 1 refused, failed or wrong usage.)";

}  // namespace

void add_arguments(CLI::App& program, Arguments& arguments) {
  program.require_subcommand(1);
  program.footer(kExamples);
  program.add_option("--metadata-dir", arguments.metadata_dir, "Where the trusted metadata is kept")
      ->type_name("DIR")
      ->required();
  program
      .add_option("--metadata-url", arguments.metadata_url, "The repository's metadata (http, https, file)")
      ->type_name("URL");
  program
      .add_option(
          "--target-name", arguments.target_names,
          "Path of a target; may be given several times: they share one refresh and stop at the first "
          "that fails")
      ->type_name("PATH")
      ->allow_extra_args(false);
  program.add_option("--target-dir", arguments.target_dir, "Where targets are stored")->type_name("DIR");
  program.add_option("--target-base-url", arguments.target_base_url, "The repository's targets")
      ->type_name("URL");
  const auto add_verb = [&](const char* name, const char* about) {
    CLI::App* verb = program.add_subcommand(name, about);
    verb->callback([&arguments, name] { arguments.verb = name; });
    return verb;
  };
  add_verb("init", "Trust this root from now on; asks the network for nothing")
      ->add_option("ROOT_FILE", arguments.root_file, "The repository's root metadata")
      ->required();
  add_verb("refresh", "Bring the trusted metadata up to date");
  add_verb("download", "Refresh, then fetch the targets; one that is there with the right hash is left");
}

Status check_arguments(const Arguments& arguments) {
  const bool fetches = arguments.verb != "init";
  const bool downloads = arguments.verb == "download";
  const struct {
    bool needed, given;
    const char* name;
  } options[] = {{fetches, !arguments.metadata_url.empty(), "--metadata-url"},
                 {downloads, !arguments.target_names.empty(), "--target-name"},
                 {downloads, !arguments.target_dir.empty(), "--target-dir"},
                 {downloads, !arguments.target_base_url.empty(), "--target-base-url"}};
  for (const auto& option : options)
    if (option.needed && !option.given)
      return fail(Code::invalid_argument, fmt::format("{} needs {}", arguments.verb, option.name));
  return {};
}

}  // namespace drover::tuf
