// What a network's outputs say as probabilities.
#pragma once
#include <span>

#include "runtime/model.h"

namespace lentil {

// Turns one image's outputs into probabilities: of log-probabilities after a LogSoftmax, of logits after any
// other layer; those after a Softmax or a Sigmoid are some already.
void to_probabilities(const Model& model, std::span<float> outputs);

}  // namespace lentil
