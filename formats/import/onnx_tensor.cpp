#include "formats/import/onnx_tensor.h"

#include <algorithm>

namespace lentil::formats::onnx {
namespace {

template <class T>
Outcome<std::shared_ptr<std::vector<T>>> room(const Budget& budget, const Dims& dims) {
  const std::int64_t count = count_of(dims);
  if (count < 0) return Failure{"impossible dimensions " + spell(dims)};
  auto values = budget.room<T>(static_cast<std::uint64_t>(count));
  if (!values)
    return Failure{"its " + std::to_string(count) + " values are more than a file of this size justifies"};
  return values;
}

}  // namespace

std::string spell(const Dims& dims) {
  std::string text;
  for (const std::int64_t d : dims) text += (text.empty() ? "" : ", ") + std::to_string(d);
  return "[" + text + "]";
}

std::int64_t count_of(const Dims& dims) {
  constexpr std::int64_t kTooMany = std::int64_t{1} << 31;
  // Strides stay small too where some dimension is zero.
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t d : dims) {
    if (d < 0 || d >= kTooMany) return -1;
    empty = empty || d == 0;
    count *= d == 0 ? 1 : d;
    if (count >= kTooMany) return -1;
  }
  return empty ? 0 : count;
}

Outcome<std::shared_ptr<std::vector<float>>> float_room(const Budget& budget, const Dims& dims) {
  return room<float>(budget, dims);
}

Outcome<std::shared_ptr<std::vector<std::int64_t>>> int_room(const Budget& budget, const Dims& dims) {
  return room<std::int64_t>(budget, dims);
}

Outcome<std::shared_ptr<const std::vector<float>>> as_floats(const Tensor& tensor, const Budget& budget) {
  if (tensor.floats) return tensor.floats;
  auto values = float_room(budget, tensor.dims);
  if (!values) return values.error();
  std::ranges::transform(*tensor.ints, (*values)->begin(),
                         [](std::int64_t v) { return static_cast<float>(v); });
  return std::shared_ptr<const std::vector<float>>(std::move(*values));
}

}  // namespace lentil::formats::onnx
