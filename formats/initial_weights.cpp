#include "formats/initial_weights.h"

#include <cmath>

#include "kernels/philox.h"

namespace lentil::formats {
namespace {

float bound(const Layer& layer) {
  std::uint32_t inputs = layer.in_features;
  if (layer.type == LayerType::conv2d)
    inputs = inputs / layer.groups * layer.kernel.height * layer.kernel.width;
  return 1.0f / std::sqrt(static_cast<float>(inputs));
}

}  // namespace

void initialize(ModelFile& file, std::uint64_t seed) {
  for (std::uint32_t index = 0; index < file.layers.size(); ++index) {
    LayerData& layer = file.layers[index];
    const LayerType type = layer.settings.type;
    if (type != LayerType::conv2d && type != LayerType::linear) continue;
    const float b = bound(layer.settings);
    for (const Slot slot : {Slot::weight, Slot::bias}) {
      const kernels::RandomKey key{seed, kernels::RandomUse::initial_weights, index, 0,
                                   static_cast<std::uint32_t>(slot)};
      std::uint32_t element = 0;
      for (float& value : layer.tensor(slot)) {
        value = (2.0f * kernels::random_uniform(key, element++) - 1.0f) * b;
      }
    }
  }
}

}  // namespace lentil::formats
