#include "models/lenet.h"

#include "formats/model_builder.h"
#include "models/digits.h"

namespace lentil::models {
namespace {

formats::ModelFile make(bool dropout) {
  formats::ModelBuilder builder("LeNet");
  builder.conv2d("conv1", {.out = 10, .kernel = {5, 5}}).max_pool2d().relu();
  builder.conv2d("conv2", {.out = 20, .kernel = {5, 5}});
  if (dropout) builder.dropout2d(0.5f, "conv2_drop");
  builder.max_pool2d().relu().flatten().linear("fc1", 50).relu();
  if (dropout) builder.dropout(0.5f, "fc1_drop");
  return digits(builder.linear("fc2", 10).log_softmax());
}

}  // namespace

formats::ModelFile lenet() { return make(true); }
formats::ModelFile lenet_plain() { return make(false); }

}  // namespace lentil::models
