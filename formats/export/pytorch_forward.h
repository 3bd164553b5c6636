// The body of forward(): what a PyTorch module does with its input, one statement for each layer.
#pragma once
#include <string>
#include <string_view>

#include "formats/host/outcome.h"
#include "formats/model_file.h"

namespace lentil::formats {

struct PythonForward {
  std::string input;                              // the argument's name
  std::string statements;                         // lines, indented
  bool pools_max = false, pools_average = false;  // whether it calls _max_pool and _average_pool
};

// The failure names the layer that cannot be said.
Outcome<PythonForward> python_forward(const ModelFile& file);

// Whether a module of this name can be an attribute: self.conv1. Others are reached by _layer(self,
// "layers.0").
bool is_attribute(std::string_view name);

// Whether PyTorch's own padding, the same on opposite sides, says it.
bool is_even(const Padding& padding);

}  // namespace lentil::formats
