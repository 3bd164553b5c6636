// lentil convert: other people's model files become ours.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "formats/host/picture_input.h"
#include "formats/host/samples.h"
#include "formats/host/synth.h"
#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/convert_slots.h"
#include "tools/golden.h"
#include "tools/import_options.h"
#include "tools/input_suspects.h"
#include "tools/machine.h"
#include "tools/multiply_adds.h"
#include "tools/network.h"
#include "tools/output.h"
#include "tools/output_file.h"
#include "tools/standard_input.h"
#include "tools/stop.h"
#include "tools/text.h"
#include "tools/train_log.h"

namespace lentil::tools {
namespace {

using namespace formats;

// How much may be computed of drawn digits to see whether the input makes sense: some milliseconds.
constexpr std::uint64_t kHintMultiplyAdds = 20'000'000;

struct ConvertOptions {
  std::string file, output, name, slots;
  ImportFlags import;
  bool quiet = false;
};

void declare(Arguments& a, ConvertOptions& o) {
  a.operand("IN", o.file, "what is read, told by its contents: " + importer_kinds());
  a.text("-o,--output", "FILE", o.output,
         "the new model file; without it IN's name with the ending .lentil, here");
  declare(a, o.import);
  a.text("--slots", "FILE,FILE", o.slots,
         "IN is the base of a device: take the weights that it learnt, from its newest valid slot");
  a.text("--name", "NAME", o.name, "of the network");
  a.flag("-q,--quiet", o.quiet, "say nothing unless something is wrong");
}

std::string output_of(const ConvertOptions& options) {
  if (!options.output.empty()) return options.output;
  if (options.file == kStandardInput) reject("-o is needed where the model comes from standard input");
  const std::string path = std::filesystem::path(options.file).stem().string() + ".lentil";
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored))
    fail(fmt::format("'{}' exists already: name it with -o if it is to be replaced", path));
  return path;
}

// Pictures of another size than digits: pixels without a meaning serve to compare bits as well.
std::vector<Sample> golden_of(Machine& machine, const ModelFile& file) {
  std::vector<Sample> samples = make_golden(machine, file);
  if (!samples.empty()) return samples;
  constexpr std::uint32_t kSamples = 2;
  for (std::uint32_t i = 0; i < kSamples; ++i) {
    Sample sample;
    for (std::size_t p = 0; p < file.input.count(); ++p)
      sample.pixels.push_back(static_cast<std::uint8_t>(p * p * 31 + p * 7 + i * 101));
    sample.outputs = need(run_sample(machine.kernels(), file, sample));
    samples.push_back(std::move(sample));
  }
  return samples;
}

// The same number of each digit.
std::uint32_t digits_for(const ModelFile& file) {
  const std::uint64_t affordable =
      kHintMultiplyAdds / std::max<std::uint64_t>(multiply_adds(file.model()), 1);
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(affordable / 10, 1, 10)) * 10;
}

// What drawn digits say against the assumed input; empty: nothing.
std::string hint(Machine& machine, const ModelFile& file) {
  const std::size_t classes = output_count(file.model());
  if (classes != kDigitClasses || !takes_drawn_digits(file)) return {};
  const auto input = PictureInput::of(file);
  if (!input) return {};
  const Dataset digits = need(input->fit(synth_dataset(digits_for(file), kSynthSeed, SynthPart::extra)));
  const std::vector<Suspect> suspects = input_suspects(file);
  const auto better = better_suspect(machine, file, suspects, digits);
  if (!better) return {};
  return fmt::format("drawn digits are read {} with {}: if it was trained so, add {}",
                     test_text(better->test), better->suspect->what, better->suspect->flag);
}

// Reads the file again and runs its samples: the program's word that it holds what was converted.
std::string verdict(Machine& machine, const std::string& path, const ModelFile& written) {
  const ModelFile file = need(load_model_file(path));
  const GoldenCheck check = check_golden(machine, file);
  if (check.equal != check.samples || weights_hash(file.model()) != weights_hash(written.model()))
    fail(fmt::format("'{}' does not give what was converted: {} of {} samples differ", path,
                     check.samples - check.equal, check.samples));
  return fmt::format("read again, its {} give the same bits", counted(check.samples, "golden sample"));
}

int run(const Command& command, std::span<const std::string> words) {
  ConvertOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  const std::string output = output_of(options);
  check_output(output);
  Machine machine(1);
  ImportedModel imported = options.slots.empty() ? import_with(read_source(options.file), options.import)
                                                 : import_slots(machine, options.file, options.slots);
  ModelFile& file = imported.file;
  if (!options.name.empty()) file.name = options.name;
  if (file.golden.empty()) file.golden = golden_of(machine, file);
  need(save_model_file(output, file));
  const std::string checked = verdict(machine, output, file);
  if (options.quiet) return 0;
  print_result(report_text(imported.report) + fmt::format("checked   {}", checked));
  if (options.import.normalize.empty() && !options.import.invert && !imported.report.assumed.empty()) {
    if (const std::string doubt = hint(machine, file); !doubt.empty()) print_result("hint      " + doubt);
  }
  print_result(fmt::format("wrote     {} ({} bytes, {} parameters, weights {})", output,
                           grouped(std::filesystem::file_size(output)),
                           grouped(parameter_count(file.model())), hash_text(weights_hash(file.model()))));
  return 0;
}

}  // namespace

const Command kConvertCommand{
    "convert", "makes a model file of other people's: PyTorch, ONNX, Keras, TFLite, ...",
    "  lentil convert mnist_cnn.pt -o digits.lentil\n"
    "  lentil convert model.onnx --normalize 0.1307,0.3081\n"
    "  lentil convert lenet.pth --arch 'conv:c1:p2 tanh avgpool2 conv:c3 tanh avgpool2 fc:f5 tanh fc:f6'\n"
    "  lentil convert weights.safetensors --arch lenet5_tanh --normalize pad2+div255\n"
    "  lentil convert digits.lentil --slots a.slot,b.slot -o learnt.lentil\n",
    run, describe<ConvertOptions, declare>};

}  // namespace lentil::tools
