// Outputs that another program has written down.
#pragma once
#include <string>

#include "formats/host/outcome.h"
#include "tools/outputs.h"

namespace lentil::tools {

// Whether the file is a NumPy archive with a table of outputs, and not one of weights.
bool holds_outputs(const std::string& path);

// The array "outputs", "probabilities", "log_probs" or "logits" of an archive, or its only table: a row for
// each image, a column for each class. Rows that add up to 1 are probabilities, rows whose exponentials do
// are log-probabilities, others logits.
formats::Outcome<Outputs> load_outputs(const std::string& path, std::size_t classes);

}  // namespace lentil::tools
