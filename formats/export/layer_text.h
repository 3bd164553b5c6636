// Layers in the words of PyTorch.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/model.h"

namespace lentil::formats {

// "Conv2d(1, 10, kernel_size=(5, 5), stride=(1, 1))", as print(module) shows it. The word before the bracket
// is the type's name.
std::string layer_text(const Layer& layer);

// "Conv2d"
std::string type_name(const Layer& layer);

// Layers without a name are called by their place.
std::string layer_name(const Layer& layer, std::uint32_t index);

// As Python writes a float: "0.5", "1e-05", "2.0".
std::string python_number(float value);

// The layers that a layer reads; "(input)" for the network's input.
std::vector<std::string> input_names(const Model& model, std::uint32_t index);

// All layers in a bracket, as print(model) shows them; "<- a, b" behind one that does not read the one before
// it.
std::string network_text(const std::string& name, const Model& model);

}  // namespace lentil::formats
