// Layers in the words of PyTorch.
#pragma once
#include <string>

#include "runtime/model.h"

namespace lentil::tools {

// "Conv2d(1, 10, kernel_size=(5, 5), stride=(1, 1))", as print(module) shows it. The word before the bracket
// is the type's name.
std::string layer_text(const Layer& layer);

// "Conv2d"
std::string type_name(const Layer& layer);

}  // namespace lentil::tools
