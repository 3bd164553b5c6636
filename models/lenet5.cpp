#include "models/lenet5.h"

#include "formats/model_builder.h"
#include "models/digits.h"

namespace lentil::models {
namespace {

using formats::ModelBuilder;

// Both kinds: `activate` and `pool` append what they differ in.
template <class Activate, class Pool>
formats::ModelFile lenet5_of(const char* name, Activate activate, Pool pool) {
  ModelBuilder b(name);
  b.conv2d("conv1", {.out = 6, .kernel = {5, 5}, .padding = {2, 2, 2, 2}});
  pool(activate(b)).conv2d("conv2", {.out = 16, .kernel = {5, 5}});
  pool(activate(b)).flatten().linear("fc1", 120);
  activate(b).linear("fc2", 84);
  return digits(activate(b).linear("fc3", 10).log_softmax());
}

}  // namespace

formats::ModelFile lenet5() {
  return lenet5_of(
      "LeNet5", [](ModelBuilder& b) -> ModelBuilder& { return b.relu(); },
      [](ModelBuilder& b) -> ModelBuilder& { return b.max_pool2d(); });
}

formats::ModelFile lenet5_tanh() {
  return lenet5_of(
      "LeNet5Tanh", [](ModelBuilder& b) -> ModelBuilder& { return b.tanh(); },
      [](ModelBuilder& b) -> ModelBuilder& { return b.avg_pool2d(); });
}

}  // namespace lentil::models
