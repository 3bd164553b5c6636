// What networks make of a data set, to be compared.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "formats/host/dataset.h"
#include "formats/model_file.h"
#include "tools/machine.h"

namespace lentil::tools {

// [images][classes], probabilities.
struct Outputs {
  std::size_t classes = 0;
  std::vector<float> probabilities;

  std::size_t images() const { return classes == 0 ? 0 : probabilities.size() / classes; }
  std::span<const float> of(std::size_t image) const {
    return std::span(probabilities).subspan(image * classes, classes);
  }
};

// Logits and log-probabilities become probabilities. Stops if the images do not suit the network.
Outputs run_all(Machine& machine, const formats::ModelFile& file, const formats::Dataset& data);

// Of more images only the first so many stay.
void keep_first(formats::Dataset& data, std::size_t images);

// The values that the network's first `layers` layers give, image by image.
std::vector<float> run_layers(Machine& machine, const formats::ModelFile& file, std::size_t layers,
                              const formats::Dataset& data);

// Accuracy and mean -log p(label).
formats::TestResult score(const Outputs& outputs, const formats::Dataset& data);

struct Comparison {
  std::size_t images = 0, equal_answers = 0;
  double largest = 0, mean = 0;  // differences of probabilities

  bool pass(double limit) const { return equal_answers == images && largest <= limit; }
};

// Of as many images and classes.
Comparison compare(const Outputs& a, const Outputs& b);

}  // namespace lentil::tools
