// The model that FILE names on a command line.
#pragma once
#include <cstdint>
#include <string>

#include "formats/host/aligned_bytes.h"
#include "formats/model_file.h"

namespace lentil::tools {

struct ModelInput {
  formats::ModelFile file;
  formats::AlignedBytes bytes;  // the file itself
  std::string name;             // of it in a sentence
};

// `path` may be "-": standard input up to its end, unless that is a terminal. Stops if it cannot be used.
ModelInput load_model(const std::string& path);

}  // namespace lentil::tools
