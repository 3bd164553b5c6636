#include "models/lenet5.h"

#include "formats/model_builder.h"
#include "models/digits.h"

namespace lentil::models {

formats::ModelFile lenet5() {
  return digits(formats::ModelBuilder("LeNet5")
                    .conv2d("conv1", {.out = 6, .kernel = {5, 5}, .padding = {2, 2, 2, 2}})
                    .relu()
                    .max_pool2d()
                    .conv2d("conv2", {.out = 16, .kernel = {5, 5}})
                    .relu()
                    .max_pool2d()
                    .flatten()
                    .linear("fc1", 120)
                    .relu()
                    .linear("fc2", 84)
                    .relu()
                    .linear("fc3", 10)
                    .log_softmax());
}

}  // namespace lentil::models
