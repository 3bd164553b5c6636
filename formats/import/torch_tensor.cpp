#include "formats/import/torch_tensor.h"

#include <algorithm>

namespace lentil::formats {
namespace {

using Kind = PickleValue::Kind;

constexpr int kMostWrappings = 8;

bool made_by(const PickleValue* maker, std::string_view module, std::string_view name) {
  return maker != nullptr && maker->text == module && maker->name == name;
}

bool is_array(const PickleValue* maker) {
  if (maker == nullptr || !maker->text.starts_with("numpy.")) return false;
  return maker->name == "_reconstruct" || maker->name == "_frombuffer";
}

// What is wrapped, or kNoValue.
ValueId wrapped(const Pickle& pickle, ValueId id) {
  const PickleValue* const maker = pickle.maker(id);
  if (maker == nullptr) return kNoValue;
  const PickleValue& object = pickle[id];
  if (maker->text == "torch._utils" &&
      (maker->name.starts_with("_rebuild_parameter") || maker->name == "_rebuild_device_tensor_from_numpy")) {
    return pickle.element(object.arguments, 0);
  }
  if (made_by(maker, "torch.nn.parameter", "Parameter")) {
    const ValueId tensor = pickle.element(object.arguments, 0);
    return tensor != kNoValue ? tensor : pickle.element(object.state, 0);
  }
  return kNoValue;
}

// The type of an array's elements: "f4"; empty: it has none.
std::string_view array_type(const Pickle& pickle, ValueId dtype) {
  if (!made_by(pickle.maker(dtype), "numpy", "dtype")) return {};
  const ValueId code = pickle.element(pickle[dtype].arguments, 0);
  return pickle.is(code, Kind::text) ? pickle[code].text : std::string_view{};
}

// A "_reconstruct" is built with (version, sizes, type, column-major, elements), a "_frombuffer" called with
// (elements, type, sizes, order).
struct ArrayParts {
  ValueId sizes, dtype, elements;
  bool column_major;
};

ArrayParts array_parts(const Pickle& pickle, ValueId array) {
  if (pickle.maker(array)->name == "_frombuffer") {
    const ValueId parts = pickle[array].arguments;
    const ValueId order = pickle.element(parts, 3);
    return {pickle.element(parts, 2), pickle.element(parts, 1), pickle.element(parts, 0),
            pickle.is(order, Kind::text) && pickle[order].text == "F"};
  }
  const ValueId parts = pickle[array].state;
  const ValueId order = pickle.element(parts, 3);
  return {pickle.element(parts, 1), pickle.element(parts, 2), pickle.element(parts, 4),
          pickle.is(order, Kind::boolean) && pickle[order].integer != 0};
}

// Why a tensor that this function rebuilds cannot be read.
std::string objection(std::string_view function) {
  if (function.find("qtensor") != std::string_view::npos) {
    return "is quantised; save the float model, as it was before it was quantised, and convert that";
  }
  if (function.find("sparse") != std::string_view::npos) return "is sparse; save it after to_dense()";
  if (function.find("meta") != std::string_view::npos) return "has no values: it is on the device \"meta\"";
  return "is rebuilt by torch._utils." + std::string(function) + ", which is not known";
}

// Bytes in a text, one to a character, as Python 3 writes them in protocol 2.
Outcome<std::vector<std::byte>> latin1(std::string_view text) {
  std::vector<std::byte> bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto code = static_cast<unsigned>(static_cast<std::uint8_t>(text[i]));
    if (code >= 0x80) {
      const bool pair = (code == 0xC2 || code == 0xC3) && i + 1 < text.size();
      if (!pair) return Failure{"has bytes that are no Latin-1 text"};
      code = (code & 3) << 6 | (static_cast<unsigned>(text[++i]) & 63);
    }
    bytes.push_back(static_cast<std::byte>(code));
  }
  return bytes;
}

}  // namespace

ValueId unwrap_tensor(const Pickle& pickle, ValueId id) {
  for (int i = 0; i < kMostWrappings; ++i) {
    const ValueId inner = wrapped(pickle, id);
    if (inner == kNoValue) break;
    id = inner;
  }
  return id;
}

bool is_tensor(const Pickle& pickle, ValueId id) {
  const PickleValue* const maker = pickle.maker(id);
  if (maker == nullptr) return false;
  if (is_array(maker)) {
    const std::string_view type = array_type(pickle, array_parts(pickle, id).dtype);
    return !type.starts_with('U') && !type.starts_with('S');
  }
  return (maker->text == "torch._utils" && maker->name.starts_with("_rebuild_")) ||
         made_by(maker, "torch._tensor", "_rebuild_from_type_v2");
}

Outcome<std::vector<std::int64_t>> TorchTensors::numbers(ValueId sequence) const {
  const Pickle& pickle = file_.pickle;
  if (!pickle.is_sequence(sequence) || pickle[sequence].items.size() > 64)
    return Failure{"has no proper sizes"};
  std::vector<std::int64_t> numbers;
  for (const ValueId id : pickle[sequence].items) {
    if (pickle[id].kind != Kind::integer) return Failure{"has sizes or strides that are no numbers"};
    numbers.push_back(pickle[id].integer);
  }
  return numbers;
}

Outcome<std::span<const std::byte>> TorchTensors::bytes_of(ValueId id) {
  const Pickle& pickle = file_.pickle;
  if (pickle.is(id, Kind::bytes) || pickle.is(id, Kind::text)) {
    return std::as_bytes(std::span(pickle[id].text));
  }
  const PickleValue* const maker = pickle.maker(id);
  if (maker != nullptr && (maker->name == "bytes" || maker->name == "bytearray") &&
      pickle[pickle[id].arguments].items.empty()) {
    return std::span<const std::byte>();
  }
  const ValueId text =
      made_by(maker, "_codecs", "encode") ? pickle.element(pickle[id].arguments, 0) : kNoValue;
  if (!pickle.is(text, Kind::text)) return Failure{"has elements of an unknown form"};
  const auto known = decoded_.find(id);
  if (known != decoded_.end()) return std::span<const std::byte>(known->second);
  if (!budget_.take(pickle[text].text.size())) return MemoryBudget::exceeded();
  auto bytes = latin1(pickle[text].text);
  if (!bytes) return bytes.error();
  return std::span<const std::byte>(decoded_.emplace(id, std::move(*bytes)).first->second);
}

Outcome<TorchTensors::Storage> TorchTensors::storage_of(const TorchFile& file, ValueId id) {
  const Pickle& pickle = file.pickle;
  const auto name = id == kNoValue ? std::nullopt : storage_name(pickle, pickle[id]);
  if (!name) return Failure{"has no storage"};
  const ElementType* const elements = element_type(&ElementType::storage, name->type);
  if (elements == nullptr && name->type != "UntypedStorage") {
    return Failure{"is of a type that is not read: torch." + std::string(name->type)};
  }
  auto bytes = file.storage(name->key);
  if (!bytes) return Failure{"cannot be read: " + bytes.error().message};
  const ValueId first = pickle.element(name->part, 1);
  if (elements == nullptr || !pickle.is(first, Kind::integer)) return Storage{*bytes, elements};
  const auto skipped = static_cast<std::uint64_t>(pickle[first].integer);
  if (skipped > bytes->size() / elements->bytes) return Failure{"lies outside its storage"};
  return Storage{bytes->subspan(skipped * elements->bytes), elements};
}

// pickle.dump of a tensor puts a file of its own, in PyTorch's old container, around each storage.
Outcome<TorchTensors::Storage> TorchTensors::pickled_storage(ValueId id) {
  auto nested = nested_.find(id);
  if (nested == nested_.end()) {
    const auto bytes = bytes_of(file_.pickle.element(file_.pickle[id].arguments, 0));
    if (!bytes) return bytes.error();
    if (!is_legacy_torch(*bytes)) return Failure{"has a storage of an unknown form"};
    auto file = open_legacy_torch(*bytes, budget_);
    if (!file) return Failure{"has a storage that cannot be read: " + file.error().message};
    nested = nested_.emplace(id, std::move(*file)).first;
  }
  return storage_of(nested->second, nested->second.pickle.root());
}

Outcome<TorchTensors::Storage> TorchTensors::storage(ValueId id) {
  const PickleValue* const maker = file_.pickle.maker(id);
  return made_by(maker, "torch.storage", "_load_from_bytes") ? pickled_storage(id) : storage_of(file_, id);
}

Outcome<StridedElements> TorchTensors::torch_elements(ValueId tensor) {
  const Pickle& pickle = file_.pickle;
  const PickleValue* function = pickle.maker(tensor);
  ValueId arguments = pickle[tensor].arguments;
  if (function->name == "_rebuild_from_type_v2") {  // (function, class, arguments, state)
    const ValueId inner = pickle.element(arguments, 0);
    if (!pickle.is(inner, Kind::global)) return Failure{"is of an unknown class"};
    function = &pickle[inner];
    arguments = pickle.element(arguments, 2);
  }
  const bool typed = function->name == "_rebuild_tensor_v3";
  if (!typed && function->name != "_rebuild_tensor" && function->name != "_rebuild_tensor_v2") {
    return Failure{objection(function->name)};
  }
  const auto storage = this->storage(pickle.element(arguments, 0));
  if (!storage) return storage.error();
  const ValueId offset = pickle.element(arguments, 1);
  auto sizes = numbers(pickle.element(arguments, 2));
  auto strides = numbers(pickle.element(arguments, 3));
  if (!sizes || !strides) return sizes ? strides.error() : sizes.error();
  if (!pickle.is(offset, Kind::integer) || pickle[offset].integer < 0) return Failure{"has no proper offset"};
  const ValueId dtype = typed ? pickle.element(arguments, 6) : kNoValue;
  const ElementType* const type =
      pickle.is(dtype, Kind::global) ? element_type(&ElementType::name, pickle[dtype].name) : storage->type;
  if (type == nullptr) return Failure{"is of a type that is not read"};
  return StridedElements{storage->bytes,    type,
                         file_.big_endian,  static_cast<std::uint64_t>(pickle[offset].integer),
                         std::move(*sizes), std::move(*strides)};
}

Outcome<StridedElements> TorchTensors::numpy_elements(ValueId array) {
  const Pickle& pickle = file_.pickle;
  const ArrayParts parts = array_parts(pickle, array);
  const std::string_view code = array_type(pickle, parts.dtype);
  const ElementType* const type = element_type(&ElementType::numpy, code);
  if (type == nullptr)
    return Failure{"is an array of NumPy's type '" + std::string(code) + "', which is not read"};
  auto sizes = numbers(parts.sizes);
  if (!sizes) return sizes.error();
  const auto bytes = bytes_of(parts.elements);
  if (!bytes) return bytes.error();
  const ValueId order = pickle.element(pickle[parts.dtype].state, 1);
  // Sizes that are too large give strides that leave the array, and are refused there.
  std::vector<std::int64_t> strides(sizes->size());
  std::uint64_t stride = 1;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    const std::size_t dimension = parts.column_major ? i : strides.size() - 1 - i;
    strides[dimension] = static_cast<std::int64_t>(std::min(stride, std::uint64_t{1} << 62));
    stride = std::min(stride, std::uint64_t{1} << 31) * static_cast<std::uint32_t>((*sizes)[dimension]);
  }
  const bool big_endian = pickle.is(order, Kind::text) && pickle[order].text == ">";
  return StridedElements{*bytes, type, big_endian, 0, std::move(*sizes), std::move(strides)};
}

Outcome<NamedTensor> TorchTensors::read(ValueId tensor, const std::string& name) {
  const auto elements =
      is_array(file_.pickle.maker(tensor)) ? numpy_elements(tensor) : torch_elements(tensor);
  if (!elements) return Failure{"its tensor " + name + " " + elements.error().message};
  return copy_elements(*elements, name, budget_);
}

}  // namespace lentil::formats
