#include "runtime/answer.h"

#include <algorithm>
#include <limits>

#include "kernels/math.h"

namespace lentil {

LayerType output_meaning(const Model& model) { return model.layer(model.layer_count - 1).type; }

std::size_t answer(std::span<const float> output) {
  return static_cast<std::size_t>(std::max_element(output.begin(), output.end()) - output.begin());
}

float minus_log_probability(std::span<const float> output, std::size_t label, LayerType meaning) {
  const float value = output[label];
  if (meaning == LayerType::log_softmax) return -value;
  if (meaning == LayerType::softmax)
    return -kernels::log(std::max(value, std::numeric_limits<float>::denorm_min()));
  const float most = *std::max_element(output.begin(), output.end());
  float sum = 0;
  for (const float logit : output) sum += kernels::exp(logit - most);
  return kernels::log(sum) - (value - most);
}

void to_probabilities(std::span<float> output, LayerType meaning) {
  if (meaning == LayerType::softmax) return;
  const float most = *std::max_element(output.begin(), output.end());
  float sum = 0;
  for (float& value : output) sum += value = kernels::exp(value - most);
  for (float& value : output) value /= sum;
}

void to_probabilities(const Model& model, std::span<float> output) {
  const LayerType meaning = output_meaning(model);
  if (meaning == LayerType::sigmoid) return;
  if (meaning != LayerType::log_softmax) return to_probabilities(output, meaning);
  for (float& value : output) value = kernels::exp(value);
}

}  // namespace lentil
