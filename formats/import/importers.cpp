#include <algorithm>
#include <array>

#include "formats/host/file_io.h"
#include "formats/import/importer.h"

namespace lentil::formats {
namespace {

// ONNX has no magic number, so it comes last. The length that a safetensors file begins with can look like
// the first opcode of a pickle, so those are asked first.
constexpr std::array kImporters{&kLentilImporter, &kSafetensorsImporter, &kTorchImporter, &kNpzImporter,
                                &kKerasImporter,  &kTfliteImporter,      &kOnnxImporter};

}  // namespace

std::span<const Importer* const> importers() { return kImporters; }

std::string importer_kinds() {
  std::string kinds;
  for (const Importer* importer : kImporters) {
    kinds += (kinds.empty() ? "" : "; ") + std::string(importer->summary);
  }
  return kinds;
}

Outcome<Imported> import_source(const ImportSource& source) {
  const auto reader = std::ranges::find_if(
      kImporters, [&](const Importer* importer) { return importer->recognizes(source.bytes); });
  if (reader == kImporters.end()) {
    return Failure{source.path + ": not a model file of a kind that can be read (" + importer_kinds() + ")"};
  }
  auto imported = (*reader)->read(source);
  if (!imported) return Failure{source.path + ": " + imported.error().message};
  return imported;
}

Outcome<Imported> import_file(const std::string& path) {
  auto bytes = read_file_aligned(path);
  if (!bytes) return bytes.error();
  return import_source({path, std::move(*bytes)});
}

}  // namespace lentil::formats
