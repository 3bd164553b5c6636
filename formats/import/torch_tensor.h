// Tensors and arrays in a pickle: what PyTorch's and NumPy's functions would have rebuilt.
#pragma once
#include <map>
#include <string>

#include "formats/import/strided_elements.h"
#include "formats/import/torch_file.h"

namespace lentil::formats {

// A parameter's tensor, however it is wrapped; other values as they are.
ValueId unwrap_tensor(const Pickle& pickle, ValueId id);

// Whether the value is a tensor, of any kind, or an array of numbers. Wants an unwrapped one.
bool is_tensor(const Pickle& pickle, ValueId id);

class TorchTensors {
 public:
  // Both must outlive it.
  TorchTensors(const TorchFile& file, MemoryBudget& budget) : file_(file), budget_(budget) {}

  // Values are copied; storages that several tensors share are opened once. A kind of tensor that has no
  // plain values (quantised, sparse, without data) is a Failure that names it.
  Outcome<NamedTensor> read(ValueId tensor, const std::string& name);

 private:
  struct Storage {
    std::span<const std::byte> bytes;
    const ElementType* type = nullptr;  // null: without one
  };

  Outcome<StridedElements> torch_elements(ValueId tensor);
  Outcome<StridedElements> numpy_elements(ValueId array);
  Outcome<Storage> storage(ValueId id);
  static Outcome<Storage> storage_of(const TorchFile& file, ValueId id);
  Outcome<Storage> pickled_storage(ValueId id);
  Outcome<std::span<const std::byte>> bytes_of(ValueId id);
  Outcome<std::vector<std::int64_t>> numbers(ValueId sequence) const;

  const TorchFile& file_;
  MemoryBudget& budget_;
  std::map<ValueId, std::vector<std::byte>> decoded_;
  std::map<ValueId, TorchFile> nested_;
};

}  // namespace lentil::formats
