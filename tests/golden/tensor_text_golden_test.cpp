// Tensors as PyTorch prints them, letter by letter.
#include "tests/golden/tensor_text_golden.h"

#include <bit>
#include <catch2/catch.hpp>
#include <memory>

#include "formats/host/tensor.h"
#include "formats/host/tensor_text.h"
#include "tests/golden/formula.h"

using namespace lentil;
using namespace lentil::golden;
using formats::tensor_text;

namespace {

template <class T>
std::string text_of(const std::vector<std::int64_t>& values, const std::vector<std::int64_t>& sizes) {
  // No vector: that of bool has no elements to look at.
  const auto elements = std::make_unique<T[]>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) elements[i] = static_cast<T>(values[i]);
  return tensor_text(TensorView<const T>(elements.get(), *row_major(sizes)));
}

std::string text_of(const IntegerText& expected) {
  switch (expected.element) {
    case Element::Bytes:
      return text_of<std::uint8_t>(expected.values, expected.sizes);
    case Element::Ints:
      return text_of<std::int32_t>(expected.values, expected.sizes);
    case Element::Longs:
      return text_of<std::int64_t>(expected.values, expected.sizes);
    default:
      return text_of<bool>(expected.values, expected.sizes);
  }
}

}  // namespace

TEST_CASE("floats are printed as PyTorch prints them") {
  for (const FloatText& expected : kFloatTexts) {
    std::vector<float> values;
    for (const std::uint32_t bits : expected.bits) values.push_back(std::bit_cast<float>(bits));
    CHECK(tensor_text(formats::Tensor<>(std::move(values), expected.sizes).view()) == expected.text);
  }
}

TEST_CASE("large tensors are shortened as PyTorch shortens them") {
  for (const FormulaText& expected : kFormulaTexts) {
    const auto count = static_cast<std::size_t>(row_major(expected.sizes)->count());
    const formats::Tensor<> tensor(formula_values(1, count), expected.sizes);
    CHECK(tensor_text(tensor.view()) == expected.text);
  }
}

TEST_CASE("integers and truth values are printed as PyTorch prints them") {
  for (const IntegerText& expected : kIntegerTexts) CHECK(text_of(expected) == expected.text);
}

TEST_CASE("a view is printed as a tensor of its own") {
  const formats::Tensor<> tensor({0, 1, 2, 3, 4, 5}, {2, 3});
  CHECK(tensor_text(*tensor.view().transpose(0, 1)) ==
        "tensor([[0., 3.],\n        [1., 4.],\n        [2., 5.]])");
}
