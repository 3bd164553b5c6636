// Files of PyTorch, whatever container they came in, and Python pickles of arrays.
#include <cstring>

#include "formats/import/importer.h"
#include "formats/import/torch_contents.h"
#include "formats/import/torch_tensor.h"

namespace lentil::formats {
namespace {

// A tar archive has its magic word at 257; those of PyTorch begin with the member sys_info.
bool is_old_tar(std::span<const std::byte> bytes) {
  constexpr std::size_t kMagicPlace = 257;
  return bytes.size() > kMagicPlace + 5 && std::memcmp(&bytes[kMagicPlace], "ustar", 5) == 0;
}

// Lua's Torch writes the types of values as 32-bit numbers: a table (3), or an object (4) of version "V 1".
bool is_lua(std::span<const std::byte> bytes) {
  constexpr unsigned char kObject[] = {4, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 'V', ' ', '1'};
  constexpr unsigned char kTable[] = {3, 0, 0, 0, 1, 0, 0, 0};
  return (bytes.size() > sizeof(kObject) && std::memcmp(bytes.data(), kObject, sizeof(kObject)) == 0) ||
         (bytes.size() > sizeof(kTable) && std::memcmp(bytes.data(), kTable, sizeof(kTable)) == 0);
}

bool is_pickle(std::span<const std::byte> bytes) {
  return bytes.size() > 2 && bytes[0] == std::byte{0x80} && bytes[1] >= std::byte{2} &&
         bytes[1] <= std::byte{5};
}

bool recognizes(std::span<const std::byte> bytes) {
  return is_pickle(bytes) || is_torch_zip(bytes) || is_old_tar(bytes) || is_lua(bytes);
}

Outcome<Imported> weights_of(const TorchFile& file, std::string format, MemoryBudget& budget) {
  auto contents = find_model(file, budget);
  if (!contents) return contents.error();
  WeightFile weights{.tensors = {}, .modules = std::move(contents->modules)};
  TorchTensors tensors(file, budget);
  for (const TorchContents::Place& place : contents->tensors) {
    auto tensor = tensors.read(place.tensor, place.name);
    if (!tensor) return tensor.error();
    weights.tensors.push_back(std::move(*tensor));
  }
  std::vector<std::string> notes = std::move(contents->notes);
  const PickleValue* const maker = file.pickle.maker(file.pickle.root());
  const bool script = maker != nullptr && maker->text.starts_with("__torch__");
  if (script) format = "TorchScript archive";
  if (!weights.modules.empty()) {
    notes.insert(notes.begin(), std::string(script ? "a script" : "a whole pickled module") +
                                    ": only its tensors and hyperparameters were read; no code was executed");
  }
  return Imported{std::move(format), std::move(weights), std::move(notes)};
}

Outcome<Imported> read_zip(std::span<const std::byte> bytes, MemoryBudget& budget) {
  auto opened = TorchZip::open(bytes, budget);
  if (!opened) return opened.error();
  const auto zip = std::make_shared<TorchZip>(std::move(*opened));
  if (zip->enter_folder_of(kScriptJson)) {
    auto weights = read_script_json(*zip, budget);
    if (!weights) return weights.error();
    return Imported{"TorchScript archive of PyTorch 1.0 to 1.2",
                    std::move(*weights),
                    {"a script: only its tensors were read; no code was executed"}};
  }
  const auto file = open_torch_zip(zip, budget);
  if (!file) return file.error();
  return weights_of(*file, "PyTorch file", budget);
}

Outcome<Imported> read(const ImportSource& source) {
  const std::span<const std::byte> bytes = source.bytes;
  MemoryBudget budget(bytes.size());
  if (is_zip(bytes)) return read_zip(bytes, budget);
  if (is_old_tar(bytes)) {
    return Failure{
        "a tar archive, as PyTorch before 0.2 wrote it; load it with PyTorch 1.x and save it again"};
  }
  if (is_lua(bytes)) {
    return Failure{
        "a file of Lua's Torch, which has no reader here; load it with PyTorch before 1.0 "
        "(torch.utils.serialization.load_lua) and save the weights with torch.save"};
  }
  if (is_legacy_torch(bytes)) {
    const auto file = open_legacy_torch(bytes, budget);
    if (!file) return file.error();
    return weights_of(*file, "PyTorch file from before 1.6", budget);
  }
  auto pickle = read_pickle(bytes, budget);
  if (!pickle) return pickle.error();
  const TorchFile file{.pickle = std::move(*pickle), .storage = [](std::string_view) {
                         return Outcome<std::span<const std::byte>>(Failure{"the file has no storages"});
                       }};
  return weights_of(file, "Python pickle", budget);
}

}  // namespace

const Importer kTorchImporter{
    "torch",
    "PyTorch files (.pt, .pth, .bin: state_dict, checkpoint, whole module, TorchScript) "
    "and Python pickles of arrays",
    recognizes, read};

}  // namespace lentil::formats
