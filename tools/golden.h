// Golden samples: pictures that travel with a model, and what its weights make of them.
#pragma once
#include <functional>
#include <vector>

#include "formats/model_file.h"
#include "tools/machine.h"

namespace lentil::tools {

// Drawn digits with the network's outputs; none if it takes pictures of another size.
std::vector<formats::Sample> make_golden(Machine& machine, const formats::ModelFile& file);

struct GoldenCheck {
  std::size_t samples = 0, equal = 0;  // equal: in every bit
  double largest_difference = 0;
  bool pass() const { return largest_difference <= kTolerance; }

  // Files that other programs made come with other roundings.
  static constexpr double kTolerance = 1e-4;
};

// The outputs of a sample.
using RunSample = std::function<formats::Outcome<std::vector<float>>(const formats::Sample&)>;

// Runs the file's golden samples and compares.
GoldenCheck check_golden(const formats::ModelFile& file, const RunSample& run);
GoldenCheck check_golden(Machine& machine, const formats::ModelFile& file);

}  // namespace lentil::tools
