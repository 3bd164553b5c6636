// What a network's outputs say of one image; its last layer tells what they are.
#pragma once
#include <cstddef>
#include <span>

#include "runtime/model.h"

namespace lentil {

// LogSoftmax: log-probabilities; Softmax: probabilities; anything else: logits.
LayerType output_meaning(const Model& model);

// The class: the first of the largest outputs.
std::size_t answer(std::span<const float> output);

// -log p(label), by the contract's own functions. A probability that float32 rounds to 0 counts as the
// smallest float: means stay finite.
float minus_log_probability(std::span<const float> output, std::size_t label, LayerType meaning);

// The outputs become probabilities.
void to_probabilities(std::span<float> output, LayerType meaning);
// The same for people to see: what a Sigmoid gives stays, and log-probabilities only lose their logarithm.
void to_probabilities(const Model& model, std::span<float> output);

}  // namespace lentil
