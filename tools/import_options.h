// How a command says what other people's model files leave open.
#pragma once
#include <string>

#include "formats/import/model_import.h"
#include "tools/arguments.h"

namespace lentil::tools {

struct ImportFlags {
  std::string arch, rename, normalize, labels;
  bool invert = false;
};

void declare(Arguments& arguments, ImportFlags& flags);

// `path` may be "-". Stops if it cannot be read.
formats::ImportSource read_source(const std::string& path);

// Reads the file as the flags say. Stops if that cannot be done. What neither they nor the
// file say is as in `like`, if there is one: the network of weights alone, and how pixels become its input.
formats::ImportedModel import_with(const formats::ImportSource& source, const ImportFlags& flags,
                                   const formats::ModelFile* like = nullptr);

// What was read, matched, assumed and left out: lines for people.
std::string report_text(const formats::ImportReport& report);

}  // namespace lentil::tools
