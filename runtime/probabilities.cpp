#include "runtime/probabilities.h"

#include <algorithm>

#include "kernels/math.h"

namespace lentil {

void to_probabilities(const Model& model, std::span<float> outputs) {
  const LayerType last = model.layer(model.layer_count - 1).type;
  if (outputs.empty() || last == LayerType::softmax || last == LayerType::sigmoid) return;
  if (last == LayerType::log_softmax) {
    for (float& value : outputs) value = kernels::exp(value);
    return;
  }
  const float most = *std::max_element(outputs.begin(), outputs.end());
  float sum = 0;
  for (float& value : outputs) sum += value = kernels::exp(value - most);
  for (float& value : outputs) value /= sum;
}

}  // namespace lentil
