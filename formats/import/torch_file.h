// A PyTorch file taken apart, whatever container it came in: its pickle, and where the elements of its
// storages lie.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "formats/import/memory_budget.h"
#include "formats/import/pickle.h"
#include "formats/import/torch_zip.h"
#include "formats/import/weight_file.h"

namespace lentil::formats {

struct TorchFile {
  Pickle pickle;
  bool big_endian = false;  // the elements
  // The bytes of a storage by its key. They live as long as this struct and the file's bytes.
  std::function<Outcome<std::span<const std::byte>>(std::string_view key)> storage{};
  // The text of a script's module ("__torch__.torch.nn.modules.conv"); empty: there is none.
  std::function<std::string_view(std::string_view module)> code{};
};

// How a pickle names a storage: ("storage", class, key, device, elements).
struct StorageName {
  std::string_view type;  // "FloatStorage"
  std::string_view key;
  ValueId part;  // before PyTorch 0.4, of a part: (key, first, elements)
};
// Nothing: the value is no storage, or its key is longer than any file's.
std::optional<StorageName> storage_name(const Pickle& pickle, const PickleValue& persistent);

// torch.save before PyTorch 1.6.
bool is_legacy_torch(std::span<const std::byte> bytes);
Outcome<TorchFile> open_legacy_torch(std::span<const std::byte> bytes, MemoryBudget& budget);

// torch.save and torch.jit.save since then, and torch.jit.save before it.
bool is_torch_zip(std::span<const std::byte> bytes);
Outcome<TorchFile> open_torch_zip(const std::shared_ptr<TorchZip>& zip, MemoryBudget& budget);

// torch.jit.save of PyTorch 1.0 to 1.2, whose folder has been entered: a list of modules in JSON.
Outcome<WeightFile> read_script_json(TorchZip& zip, MemoryBudget& budget);

}  // namespace lentil::formats
