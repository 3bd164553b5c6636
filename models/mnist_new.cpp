#include "models/mnist_new.h"

#include "formats/model_builder.h"
#include "models/digits.h"

namespace lentil::models {

formats::ModelFile mnist_new() {
  return digits(formats::ModelBuilder("Net")
                    .conv2d("conv1", {.out = 32, .kernel = {3, 3}})
                    .relu()
                    .conv2d("conv2", {.out = 64, .kernel = {3, 3}})
                    .relu()
                    .max_pool2d()
                    .dropout(0.25f, "dropout1")
                    .flatten()
                    .linear("fc1", 128)
                    .relu()
                    .dropout(0.5f, "dropout2")
                    .linear("fc2", 10)
                    .log_softmax());
}

}  // namespace lentil::models
