#include "models/lenet.h"

#include "formats/model_builder.h"
#include "models/digits.h"

namespace lentil::models {

formats::ModelFile lenet() {
  return digits(formats::ModelBuilder("LeNet")
                    .conv2d("conv1", {.out = 10, .kernel = {5, 5}})
                    .max_pool2d()
                    .relu()
                    .conv2d("conv2", {.out = 20, .kernel = {5, 5}})
                    .dropout2d(0.5f, "conv2_drop")
                    .max_pool2d()
                    .relu()
                    .flatten()
                    .linear("fc1", 50)
                    .relu()
                    .dropout(0.5f, "fc1_drop")
                    .linear("fc2", 10)
                    .log_softmax());
}

}  // namespace lentil::models
