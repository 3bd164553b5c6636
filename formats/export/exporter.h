// Models for other programs. An exporter is one file and one row in exporters.cpp.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "formats/host/aligned_bytes.h"
#include "formats/host/outcome.h"
#include "formats/model_file.h"

namespace lentil::formats {

struct Exporter {
  std::string_view name;     // the option of `lentil export` without its dashes: "safetensors"
  std::string_view summary;  // one line for the help
  std::string_view ending;   // of the file's name: ".safetensors"
  // The file's bytes; the same model gives the same bytes. Failures name the layer that cannot be said.
  Outcome<std::vector<std::byte>> (*write)(const ModelFile& file);
  std::string_view usage{};  // how it is read again, for people; FILE stands for its name
  // Where the contents are the model's own file, under the name of the one that is written; null: they are
  // not.
  Outcome<std::vector<std::byte>> (*write_as)(const AlignedBytes& model,
                                              std::string_view file_name) = nullptr;
  // A second file, which lies beside the first and is given its name; empty and null: there is none.
  std::string_view companion{};  // "main.c"
  Outcome<std::vector<std::byte>> (*write_companion)(const AlignedBytes& model,
                                                     std::string_view file_name) = nullptr;
};

std::span<const Exporter* const> exporters();

// The rows.
extern const Exporter kOnnxExporter, kSafetensorsExporter, kNpzExporter, kStateDictExporter, kPytorchExporter,
    kCardExporter, kCArrayExporter;

}  // namespace lentil::formats
