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

// The kinds of files that can be read, as a sentence's end.
std::string importable_kinds();

// Reads the file as the flags say; `path` may be "-". Stops if that cannot be done. What neither they nor the
// file say is as in `like`, if there is one: the network of weights alone, and how pixels become its input.
formats::ImportedModel import_with(const std::string& path, const ImportFlags& flags,
                                   const formats::ModelFile* like = nullptr);

// What was read, matched, assumed and left out: lines for people.
std::string report_text(const formats::ImportReport& report);

}  // namespace lentil::tools
