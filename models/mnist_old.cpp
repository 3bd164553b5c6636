#include "models/mnist_old.h"

#include "formats/model_builder.h"
#include "models/digits.h"

namespace lentil::models {

formats::ModelFile mnist_old() {
  return digits(formats::ModelBuilder("Net")
                    .conv2d("conv1", {.out = 20, .kernel = {5, 5}})
                    .relu()
                    .max_pool2d()
                    .conv2d("conv2", {.out = 50, .kernel = {5, 5}})
                    .relu()
                    .max_pool2d()
                    .flatten()
                    .linear("fc1", 500)
                    .relu()
                    .linear("fc2", 10)
                    .log_softmax());
}

}  // namespace lentil::models
