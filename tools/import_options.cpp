#include "tools/import_options.h"

#include <filesystem>
#include <fmt/format.h>
#include <optional>

#include "formats/host/file_io.h"
#include "models/registry.h"
#include "tools/standard_input.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

using namespace formats;

std::vector<std::pair<std::string, std::string>> renames_of(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> renames;
  for (const std::string& word : split(text, ',')) {
    const std::size_t sign = word.find('=');
    if (sign == 0 || sign == std::string::npos)
      reject(fmt::format("--rename takes OLD=NEW,... for the beginnings of tensors' names, not '{}'", word));
    renames.emplace_back(word.substr(0, sign), word.substr(sign + 1));
  }
  return renames;
}

std::vector<KnownNetwork> known_networks() {
  std::vector<KnownNetwork> known;
  for (const models::Definition& definition : models::definitions())
    known.push_back({definition.name, definition.make});
  return known;
}

// The network of --arch, if it names one; a line is no network yet.
std::optional<ModelFile> network_named(const std::string& arch) {
  if (const models::Definition* definition = models::find_definition(arch)) {
    ModelFile file = definition->make();
    file.name = arch;
    return file;
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(arch, ignored)) return std::nullopt;
  return need(import_model(arch, {.known = known_networks()})).file;
}

void check_line(const std::string& arch) {
  if (arch.find_first_of(" ,:@") != std::string::npos) return;
  std::vector<std::string> names;
  for (const KnownNetwork& known : known_networks()) names.emplace_back(known.name);
  reject(fmt::format("--arch {} is neither a network ({}) nor a model file nor a line of layers{}", arch,
                     join(names, ", "), did_you_mean(arch, names)));
}

std::string line(const char* title, const std::string& text) {
  return fmt::format("{:<9} {}\n", title, printable(text));
}

}  // namespace

void declare(Arguments& a, ImportFlags& f) {
  a.text("--arch,--like", "NAME|FILE|LINE", f.arch,
         "the network, where the file holds weights alone: a built-in one, that of a model file, or its "
         "layers such as "
         "'conv:conv1 maxpool2 relu fc:fc1' (docs/exchange.md)");
  a.text("--rename", "OLD=NEW,...", f.rename, "other beginnings for the names of tensors");
  a.text("--normalize,--input", "HOW", f.normalize,
         "how pixels become the input: div255, raw, MEAN,STD, or parts such as resize32+norm(0.5,0.5), "
         "norm(0.1307,0.3081)+pad2, bin0.3-0.5, div255+rgb, div255+mean2");
  a.flag("--invert", f.invert, "the network sees dark ink on white");
  a.text("--labels", "NAME,...", f.labels, "the classes");
}

ImportSource read_source(const std::string& path) {
  if (path == kStandardInput) return {"standard input", read_standard_input()};
  return {path, need(read_file_aligned(path))};
}

ImportedModel import_with(const ImportSource& source, const ImportFlags& flags, const ModelFile* example) {
  const std::optional<ModelFile> named = network_named(flags.arch);
  if (!flags.arch.empty() && !named) check_line(flags.arch);
  const ImportOptions options{.arch = named ? "" : flags.arch,
                              .like = named ? &*named : nullptr,
                              .example = example,
                              .known = known_networks(),
                              .renames = renames_of(flags.rename),
                              .input = flags.normalize,
                              .invert = flags.invert,
                              .labels = split(flags.labels, ',')};
  return need(import_model(source, options));
}

std::string report_text(const ImportReport& report) {
  std::string text = line("format", report.format) + line("matched", report.matched);
  for (const std::string& assumption : report.assumed) text += line("assumed", assumption);
  for (const std::string& note : report.notes) text += line("note", note);
  return text;
}

}  // namespace lentil::tools
