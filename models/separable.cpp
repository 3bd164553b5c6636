#include "models/separable.h"

#include <string>

#include "formats/model_builder.h"
#include "models/digits.h"

namespace lentil::models {
namespace {

// Depthwise separable: each channel is filtered on its own, then a 1x1 convolution mixes them.
void append_separable(formats::ModelBuilder& builder, const std::string& number, std::uint32_t out,
                      std::uint32_t stride) {
  const std::uint32_t channels = builder.shape().channels;
  builder
      .conv2d("depthwise" + number, {.out = channels,
                                     .kernel = {3, 3},
                                     .stride = {stride, stride},
                                     .padding = {1, 1, 1, 1},
                                     .groups = channels,
                                     .bias = false})
      .batch_norm()
      .relu()
      .conv2d("pointwise" + number, {.out = out, .bias = false})
      .batch_norm()
      .relu();
}

}  // namespace

formats::ModelFile separable() {
  formats::ModelBuilder builder("SeparableNet");
  builder
      .conv2d("conv1",
              {.out = 16, .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1, 1, 1}, .bias = false})
      .batch_norm()
      .relu();
  append_separable(builder, "1", 32, 1);
  append_separable(builder, "2", 64, 2);
  append_separable(builder, "3", 96, 1);
  return digits(builder.global_avg_pool2d().flatten().linear("fc1", 10).log_softmax());
}

}  // namespace lentil::models
