// By how much the tensors of one file differ from those of another.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "formats/host/named_tensor.h"

namespace lentil::tools {

// Of two tensors that belong together.
struct TensorDiff {
  std::string a, b;                             // their names
  std::vector<std::uint32_t> shape_a, shape_b;  // if these differ the numbers stay zero
  std::uint64_t different = 0;                  // elements whose bits differ
  double largest = 0, mean = 0;                 // of |a - b|; infinite where one is no number
  double relative = 0;                          // the largest, by the largest |a|

  bool equal() const { return shape_a == shape_b && different == 0; }
};

struct TensorsDiff {
  std::vector<TensorDiff> both;  // in A's order
  std::vector<std::string> only_a, only_b;
  std::string prefix_a, prefix_b;  // left out of all names of a file, so that more of them agree: "module."
  bool by_shape = false;           // no name agreed: tensors of one shape were matched in order

  bool equal() const;
};

TensorsDiff diff_tensors(std::span<const formats::NamedTensor> a, std::span<const formats::NamedTensor> b);

}  // namespace lentil::tools
