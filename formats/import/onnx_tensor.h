// Constants of an ONNX graph: initialisers, and what is computed of constants alone.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/host/outcome.h"
#include "formats/import/onnx_budget.h"

namespace lentil::formats::onnx {

using Dims = std::vector<std::int64_t>;

inline constexpr std::size_t kMostDims = 8;

// Values of all kinds of floats are float, those of all kinds of integers int64. Cheap to copy: tensors that
// differ in their dims alone share their values.
struct Tensor {
  Dims dims;
  std::shared_ptr<const std::vector<float>> floats;  // one of these two
  std::shared_ptr<const std::vector<std::int64_t>> ints;

  std::size_t count() const { return floats ? floats->size() : ints->size(); }
};

std::string spell(const Dims& dims);  // "[1, 16, 4, 4]"

// Elements; -1 if there are 2^31 or more, or a dimension is negative.
std::int64_t count_of(const Dims& dims);

// Zeros of this size to be filled. Failure: more than the budget allows.
Outcome<std::shared_ptr<std::vector<float>>> float_room(const Budget& budget, const Dims& dims);
Outcome<std::shared_ptr<std::vector<std::int64_t>>> int_room(const Budget& budget, const Dims& dims);

// The numbers as floats: integers are converted.
Outcome<std::shared_ptr<const std::vector<float>>> as_floats(const Tensor& tensor, const Budget& budget);

}  // namespace lentil::formats::onnx
