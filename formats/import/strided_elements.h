// Tensors as PyTorch and NumPy store them: elements of some type at some distances.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/host/named_tensor.h"
#include "formats/host/outcome.h"
#include "formats/import/memory_budget.h"

namespace lentil::formats {

struct ElementType {
  std::string_view name;     // "float16"; PyTorch's and NumPy's
  std::string_view storage;  // "HalfStorage"; empty: PyTorch has none
  std::string_view numpy;    // "f2"; empty: NumPy has none
  std::string_view script;   // in PyTorch 1.0's scripts: "FLOAT16"
  std::size_t bytes;
  float (*value)(std::uint64_t bits);  // rounded to nearest; null: the type is known, to be refused
};

// Null: no type that can be read.
const ElementType* element_type(std::string_view ElementType::*spelling, std::string_view text);

struct StridedElements {
  std::span<const std::byte> bytes;
  const ElementType* type = nullptr;
  bool big_endian = false;
  std::uint64_t offset = 0;  // of the first, in elements
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> strides;  // as many; in elements
};

// Row-major copies. Fails if an element lies outside the bytes, for more than eight dimensions, negative
// numbers, and more elements than the budget has room for.
Outcome<NamedTensor> copy_elements(const StridedElements& elements, std::string name, MemoryBudget& budget);

}  // namespace lentil::formats
