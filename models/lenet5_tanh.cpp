#include "models/lenet5_tanh.h"

#include "formats/model_builder.h"
#include "models/digits.h"

namespace lentil::models {

formats::ModelFile lenet5_tanh() {
  return digits(formats::ModelBuilder("LeNet5Tanh")
                    .conv2d("conv1", {.out = 6, .kernel = {5, 5}, .padding = {2, 2, 2, 2}})
                    .tanh()
                    .avg_pool2d()
                    .conv2d("conv2", {.out = 16, .kernel = {5, 5}})
                    .tanh()
                    .avg_pool2d()
                    .flatten()
                    .linear("fc1", 120)
                    .tanh()
                    .linear("fc2", 84)
                    .tanh()
                    .linear("fc3", 10)
                    .log_softmax());
}

}  // namespace lentil::models
