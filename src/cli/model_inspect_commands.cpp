#include "cli/bundle_describe.h"
#include "cli/commands.h"
#include "cli/model_inspect.h"

namespace drover::cli {

void add_model_inspect_commands(CLI::App& program, Context& context) {
  struct Options {
    std::string file;
    bundle::WorkerOptions worker;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      noun(program, "model", "models: pack, look into, publish")
          ->add_subcommand("inspect",
                           "What a .tflite file or a bundle is: inputs, outputs, size, operators, and how "
                           "fast it runs here with how much memory");
  verb->add_option("file", options->file, "the file; it is known by its content, not its name")->required();
  add_worker_options(verb, options->worker);
  verb->footer(
      "The model is loaded in a locked-down process of its own (drover-worker). One that is corrupt, "
      "crashes, "
      "hangs or takes too much memory is refused with exit code 1.");
  on_run(verb, context, [options]() -> Result<Answer> {
    if (DROVER_TRY(kind_of(options->file)) == FileKind::bundle)
      return inspect_bundle(options->file, options->worker);
    return describe(DROVER_TRY(inspect_model(options->file, options->worker)));
  });
}

}  // namespace drover::cli
