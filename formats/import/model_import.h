// From a file of any kind to a network that can be run: what importers leave open is said by the options,
// told by names and shapes, or assumed aloud.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/host/outcome.h"
#include "formats/import/importer.h"
#include "formats/model_file.h"

namespace lentil::formats {

struct KnownNetwork {
  std::string_view name;
  ModelFile (*make)();
};

struct ImportOptions {
  std::string arch{};               // a line for parse_chain(); empty: none
  const ModelFile* like = nullptr;  // or a network that takes the weights; borrowed
  const ModelFile* example =
      nullptr;  // says what neither options nor the file say: the network, the input; borrowed
  std::vector<KnownNetwork> known{};  // to be recognised by names and shapes
  std::vector<std::pair<std::string, std::string>>
      renames{};                      // the beginning of tensors' names, and the new one
  std::string input{};                // a line for parse_input_line(); empty: none
  bool invert = false;                // the network sees dark ink on white
  std::vector<std::string> labels{};  // empty: those of the file, if it has any
};

struct ImportReport {
  std::string format;                // "PyTorch state_dict (zip)"
  std::string matched;               // which layers got which weights, and why
  std::vector<std::string> assumed;  // what the file does not say, and the option that says otherwise
  std::vector<std::string> notes;    // what was left out
};

struct ImportedModel {
  ModelFile file;
  ImportReport report;
};

// Failures name the file and the option that would help.
Outcome<ImportedModel> import_model(const ImportSource& source, const ImportOptions& options = {});
Outcome<ImportedModel> import_model(const std::string& path, const ImportOptions& options = {});

}  // namespace lentil::formats
