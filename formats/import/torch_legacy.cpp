// What torch.save wrote before PyTorch 1.6: the pickles of a magic number, a version, the machine's types,
// the object and the storages' keys, and then each storage as a count and its elements. These are
// little-endian on every machine.
#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "formats/import/strided_elements.h"
#include "formats/import/torch_file.h"

namespace lentil::formats {
namespace {

using Kind = PickleValue::Kind;

// 0x1950a86a20f9469cfc6c, as a pickle holds it.
constexpr std::array<std::uint8_t, 12> kMagic{0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46,
                                              0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19};
constexpr std::size_t kMagicEnd = 32;     // of the first pickle, whatever its protocol
constexpr std::uint64_t kEntryCost = 96;  // of a map, with its node

using Storages = std::map<std::string_view, std::span<const std::byte>>;

// The sizes of elements, by the keys of the storages.
Outcome<std::map<std::string_view, std::size_t>> element_sizes(const Pickle& pickle, MemoryBudget& budget) {
  std::map<std::string_view, std::size_t> sizes;
  for (const PickleValue& value : pickle.values()) {
    const auto name = storage_name(pickle, value);
    if (!name) continue;
    const ElementType* const elements = element_type(&ElementType::storage, name->type);
    if (elements == nullptr) {
      return Failure{"its storages are of a type that is not read: torch." + std::string(name->type)};
    }
    if (!budget.take(kEntryCost)) return MemoryBudget::exceeded();
    sizes.emplace(name->key, elements->bytes);
  }
  return sizes;
}

Outcome<Storages> storages(std::span<const std::byte> bytes, const Pickle& object, const Pickle& keys,
                           MemoryBudget& budget) {
  const auto sizes = element_sizes(object, budget);
  if (!sizes) return sizes.error();
  if (!keys.is_sequence(keys.root())) return Failure{"the list of its storages is missing"};
  Storages storages;
  for (const ValueId key : keys[keys.root()].items) {
    const auto size = keys.is(key, Kind::text) ? sizes->find(keys[key].text) : sizes->end();
    if (size == sizes->end()) return Failure{"it lists a storage that nothing uses"};
    if (bytes.size() < sizeof(std::uint64_t)) return Failure{"it is cut off before its last storage"};
    std::uint64_t count = 0;
    for (std::size_t i = sizeof(count); i-- > 0;)
      count = count << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    bytes = bytes.subspan(sizeof(count));
    if (count > bytes.size() / size->second) {
      return Failure{"it is cut off: a storage of " + std::to_string(count) + " elements has " +
                     std::to_string(bytes.size() / size->second)};
    }
    if (!budget.take(kEntryCost)) return MemoryBudget::exceeded();
    storages.emplace(size->first, bytes.first(count * size->second));
    bytes = bytes.subspan(count * size->second);
  }
  return storages;
}

}  // namespace

bool is_legacy_torch(std::span<const std::byte> bytes) {
  const auto start = bytes.first(std::min(bytes.size(), kMagicEnd));
  const auto magic = std::as_bytes(std::span(kMagic));
  return !start.empty() && start[0] == std::byte{0x80} &&
         std::search(start.begin(), start.end(), magic.begin(), magic.end()) != start.end();
}

Outcome<TorchFile> open_legacy_torch(std::span<const std::byte> bytes, MemoryBudget& budget) {
  // The first three say nothing that matters: the magic number, its version, and sizes of C's types.
  for (int i = 0; i < 3; ++i) {
    const auto skipped = read_pickle(bytes, budget);
    if (!skipped) return skipped.error();
    bytes = bytes.subspan(skipped->size());
  }
  auto object = read_pickle(bytes, budget);
  if (!object) return object.error();
  bytes = bytes.subspan(object->size());
  const auto keys = read_pickle(bytes, budget);
  if (!keys) return keys.error();
  const auto found = storages(bytes.subspan(keys->size()), *object, *keys, budget);
  if (!found) return found.error();
  return TorchFile{.pickle = std::move(*object),
                   .storage = [found = *found](std::string_view key) -> Outcome<std::span<const std::byte>> {
                     const auto storage = found.find(key);
                     if (storage == found.end())
                       return Failure{"storage " + std::string(key) + " is missing"};
                     return storage->second;
                   }};
}

}  // namespace lentil::formats
