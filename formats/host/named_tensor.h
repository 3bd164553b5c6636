// Tensors as other programs' files hold them: by name.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lentil::formats {

struct ModelFile;

struct NamedTensor {
  std::string name;                  // as the file spells it, wrappers left out: "module.conv1.weight"
  std::vector<std::uint32_t> shape;  // empty: a single value
  std::vector<float> values;         // row-major, whatever the file's strides are
  std::string type;                  // as stored: "float32", "float16", "bfloat16", "float64", "int64", ...
};

std::string spell_sizes(std::span<const std::uint32_t> sizes);  // "20x10x5x5"

// A network's tensors, layer by layer, under the names that PyTorch's state_dict gives them: "conv1.weight",
// "conv1.bias", "bn1.running_var". What a layer adds, subtracts or multiplies by is "NAME.constant".
std::vector<NamedTensor> state_dict(const ModelFile& file);

}  // namespace lentil::formats
