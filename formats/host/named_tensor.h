// Tensors as other programs' files hold them: by name.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace lentil::formats {

struct NamedTensor {
  std::string name;                  // as the file spells it, wrappers left out: "module.conv1.weight"
  std::vector<std::uint32_t> shape;  // empty: a single value
  std::vector<float> values;         // row-major, whatever the file's strides are
  std::string type;                  // as stored: "float32", "float16", "bfloat16", "float64", "int64", ...
};

}  // namespace lentil::formats
