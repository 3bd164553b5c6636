// Other people's model files. An importer is one file and one row in importers.cpp; which one reads a file is
// told by the file's contents, never by its name. Nothing in a file is ever executed.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "formats/host/aligned_bytes.h"
#include "formats/host/outcome.h"
#include "formats/import/weight_file.h"
#include "formats/model_file.h"

namespace lentil::formats {

struct ImportSource {
  std::string path;  // for messages, and for companion files in the same folder
  AlignedBytes bytes;
};

// What a file gives: a network with its weights, or weights alone, which architecture.h makes a network of.
struct Imported {
  std::string format;  // for people: "ONNX, opset 13, by pytorch 1.8"
  std::variant<WeightFile, ModelFile> contents;
  std::vector<std::string> notes{};  // what was assumed or left out: sentences without a full stop
  bool input_known = false;          // the network's normalization and recipe are the file's word
};

struct Importer {
  std::string_view name;     // "onnx"
  std::string_view summary;  // one line for the help: what is read
  // Looks at the contents alone; cheap. Rows are asked in order, so the vaguest come last.
  bool (*recognizes)(std::span<const std::byte> bytes);
  // Failures say what is wrong without the path, which the caller puts in front. Uses no more memory than
  // four times the file's bytes plus 16 MiB, whatever the file claims.
  Outcome<Imported> (*read)(const ImportSource& source);
};

std::span<const Importer* const> importers();
std::string importer_kinds();  // what they read, as a sentence's end

// Failures name the path; that of an unknown kind names the kinds that can be read.
Outcome<Imported> import_file(const std::string& path);
Outcome<Imported> import_source(const ImportSource& source);

// The rows.
extern const Importer kLentilImporter, kTorchImporter, kSafetensorsImporter, kNpzImporter, kKerasImporter,
    kTfliteImporter, kOnnxImporter;

}  // namespace lentil::formats
