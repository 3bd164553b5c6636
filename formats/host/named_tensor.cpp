#include "formats/host/named_tensor.h"

#include "formats/layer_rules.h"
#include "formats/model_file.h"

namespace lentil::formats {

std::string spell_sizes(std::span<const std::uint32_t> sizes) {
  std::string text;
  for (const std::uint32_t size : sizes) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text.empty() ? "a single value" : text;
}

std::vector<NamedTensor> state_dict(const ModelFile& file) {
  std::vector<NamedTensor> tensors;
  for (const LayerData& layer : file.layers) {
    for (const Slot slot : {Slot::weight, Slot::bias, Slot::running_mean, Slot::running_var}) {
      const std::vector<float>& values = layer.tensor(slot);
      if (values.empty()) continue;
      const TensorShape shape = tensor_shape(layer.settings, slot);
      const auto extents = shape.dimensions();
      const std::string_view what = layer.settings.has_constant() ? "constant" : slot_name(slot);
      tensors.push_back({.name = layer.name + "." + std::string(what),
                         .shape = {extents.begin(), extents.end()},
                         .values = values,
                         .type = "float32"});
    }
  }
  return tensors;
}

}  // namespace lentil::formats
