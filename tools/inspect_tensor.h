// lentil inspect FILE TENSOR: one tensor of a model.
#pragma once
#include <string>

#include "runtime/model.h"

namespace lentil::tools {

struct TensorQuery {
  std::string name;      // "conv1.weight"
  std::string slice;     // "0,1:3"; empty: all of it
  std::string npy_file;  // empty: print it
};

// Prints it as PyTorch does, below a line with its shape and range, or saves it; with `json` as one line of
// JSON.
void show_tensor(const Model& model, const TensorQuery& query, bool json);

}  // namespace lentil::tools
