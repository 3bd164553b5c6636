// lentil export: a model's files for other programs.
#include <array>
#include <cassert>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "formats/export/exporter.h"
#include "formats/host/file_io.h"
#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/model_input.h"
#include "tools/output.h"
#include "tools/output_file.h"
#include "tools/standard_input.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

namespace fs = std::filesystem;
using formats::Exporter;

constexpr std::size_t kMostExporters = 16;

struct ExportOptions {
  std::string file, output;
  std::array<bool, kMostExporters> chosen{};  // of each exporter
};

void declare(Arguments& a, ExportOptions& o) {
  a.operand("FILE", o.file, "the model; - is standard input");
  const auto exporters = formats::exporters();
  assert(exporters.size() <= kMostExporters);
  for (std::size_t i = 0; i < exporters.size(); ++i) {
    a.flag("--" + std::string(exporters[i]->name), o.chosen[i],
           fmt::format("{} ({})", exporters[i]->summary, exporters[i]->ending));
  }
  a.text("-o,--output", "FILE", o.output,
         "where to write; a folder if there are several [FILE's name with another ending, in the current "
         "folder]");
}

std::string flags_text() {
  std::vector<std::string> flags;
  for (const Exporter* exporter : formats::exporters()) flags.push_back("--" + std::string(exporter->name));
  return join(flags, ", ");
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// Those with a flag, or the one that -o's ending tells.
std::vector<const Exporter*> chosen(const ExportOptions& o) {
  const auto all = formats::exporters();
  std::vector<const Exporter*> exporters;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (o.chosen[i]) exporters.push_back(all[i]);
  }
  if (!exporters.empty()) return exporters;
  const std::string ending = fs::path(o.output).extension().string();
  for (const Exporter* exporter : all) {
    if (ending == exporter->ending) return {exporter};
  }
  reject(fmt::format("export as what? Give one or more of {}\nSee: lentil export --help", flags_text()));
}

fs::path default_name(const ExportOptions& o, const Exporter& exporter) {
  const std::string stem = o.file == kStandardInput ? "model" : fs::path(o.file).stem().string();
  return stem + std::string(exporter.ending);
}

// Stops if it may not be written.
std::string path_of(const ExportOptions& o, const Exporter& exporter) {
  const bool folder = is_folder(o.output);
  std::string path =
      o.output.empty() || folder ? (fs::path(o.output) / default_name(o, exporter)).string() : o.output;
  check_output(path);
  std::error_code ignored;
  if (fs::equivalent(path, o.file, ignored))
    reject(fmt::format("'{}' is the model itself; name another file with -o", path));
  return path;
}

struct Export {
  std::string path;
  const Exporter* exporter;  // null: of a file that stands beside another one's
  std::vector<std::byte> bytes{};
};

std::string report(const Export& e) {
  std::string usage(e.exporter == nullptr ? "" : e.exporter->usage);
  constexpr std::string_view kFile = "FILE";
  if (const std::size_t at = usage.find(kFile); at != std::string::npos)
    usage.replace(at, kFile.size(), "\"" + e.path + "\"");
  return fmt::format("{}: {} bytes{}{}", e.path, grouped(e.bytes.size()), usage.empty() ? "" : "; ", usage);
}

// Those that have something to say in a second file, where there is none of its name: people change it.
void add_companions(std::vector<Export>& exports, const ModelInput& input) {
  const std::size_t count = exports.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Exporter& exporter = *exports[i].exporter;
    if (exporter.companion.empty()) continue;
    const fs::path first = exports[i].path;
    const std::string path = (first.parent_path() / exporter.companion).string();
    if (fs::exists(path)) {
      print_note(fmt::format("{} is there already and stays as it is", path));
      continue;
    }
    check_output(path);
    exports.push_back(
        {path, nullptr, need(exporter.write_companion(input.bytes, first.filename().string()))});
  }
}

int run(const Command& command, std::span<const std::string> words) {
  ExportOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  const std::vector<const Exporter*> exporters = chosen(options);
  if (exporters.size() > 1 && !options.output.empty() && !is_folder(options.output))
    reject(fmt::format("-o {}: there are {} files to write; name a folder that exists", options.output,
                       exporters.size()));
  std::vector<Export> exports;
  for (const Exporter* exporter : exporters) exports.push_back({path_of(options, *exporter), exporter});
  const ModelInput input = load_model(options.file);
  // All are made before the first is written.
  for (Export& e : exports) {
    auto bytes = e.exporter->write_as == nullptr
                     ? e.exporter->write(input.file)
                     : e.exporter->write_as(input.bytes, fs::path(e.path).filename().string());
    if (!bytes)
      fail(fmt::format("{} cannot be exported by --{}: {}", input.name, e.exporter->name,
                       bytes.error().message));
    e.bytes = std::move(*bytes);
  }
  add_companions(exports, input);
  for (const Export& e : exports) {
    need(formats::write_file_atomically(e.path, e.bytes));
    print_result(report(e));
  }
  return 0;
}

}  // namespace

const Command kExportCommand{"export", "writes a model's files for other programs",
                             "  lentil export lenet.lentil --safetensors\n"
                             "  lentil export lenet.lentil --pytorch --state-dict -o folder\n"
                             "  lentil export lenet.lentil -o weights.npz       the ending tells what\n"
                             "  lentil export lenet.lentil --card -o README.md\n"
                             "  lentil export lenet.lentil --c-array -o firmware\n",
                             run, describe<ExportOptions, declare>};

}  // namespace lentil::tools
