#pragma once
#include "formats/model_file.h"

namespace lentil::models {

// The digit classifier of PyTorch's well-known MNIST tutorial: two 5x5 convolutions with pooling, dropout,
// two linear layers; 21,840 parameters, 1x28x28 in, log-probabilities of the digits out. Weights are zeros.
formats::ModelFile lenet();

// The same network without dropout: what long trainings with distorted images want, which never see an image
// twice.
formats::ModelFile lenet_plain();

}  // namespace lentil::models
