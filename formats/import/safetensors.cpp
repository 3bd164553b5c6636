// Hugging Face's safetensors: eight bytes with the length of a JSON header, the header, and all values.
#include <algorithm>
#include <array>
#include <cstring>

#include "formats/host/dataset_npz.h"
#include "formats/host/file_io.h"
#include "formats/host/half_float.h"
#include "formats/import/batch_counters.h"
#include "formats/import/importer.h"
#include "formats/import/safetensors_header.h"

namespace lentil::formats {
namespace {

constexpr std::size_t kLengthBytes = sizeof(std::uint64_t);
constexpr std::uint64_t kFormatsLimit = 100'000'000;  // bytes of a header
constexpr std::uint64_t kMostHeaderBytes = 4 << 20;   // of those for kMostSafetensors tensors

using Bytes = std::span<const std::byte>;

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

template <class T>
float convert(const std::byte* from) {
  return static_cast<float>(load<T>(from));
}

template <float (*From)(std::uint16_t)>
float convert_short(const std::byte* from) {
  return From(load<std::uint16_t>(from));
}

struct Type {
  std::string_view dtype;
  const char* name;
  std::size_t bytes;
  float (*value)(const std::byte* from);
};
constexpr std::array kTypes{Type{"F64", "float64", 8, convert<double>},
                            Type{"F32", "float32", 4, convert<float>},
                            Type{"F16", "float16", 2, convert_short<from_half>},
                            Type{"BF16", "bfloat16", 2, convert_short<from_bfloat16>},
                            Type{"I64", "int64", 8, convert<std::int64_t>},
                            Type{"I32", "int32", 4, convert<std::int32_t>},
                            Type{"I16", "int16", 2, convert<std::int16_t>},
                            Type{"I8", "int8", 1, convert<std::int8_t>},
                            Type{"U8", "uint8", 1, convert<std::uint8_t>},
                            Type{"BOOL", "bool", 1, convert<std::uint8_t>}};

// Elements; more than any file has if they are too many to count.
std::uint64_t count_of(const std::vector<std::uint32_t>& shape) {
  std::uint64_t count = 1;
  for (const std::uint32_t extent : shape) {
    if (extent != 0 && count > kMaxReadBytes / extent) return kMaxReadBytes + 1;
    count *= extent;
  }
  return count;
}

Outcome<NamedTensor> read_tensor(const SafetensorsEntry& entry, Bytes data) {
  const auto fail = [&](const std::string& why) { return Failure{"tensor '" + entry.name + "': " + why}; };
  const auto type = std::ranges::find(kTypes, entry.dtype, &Type::dtype);
  if (type == kTypes.end()) {
    return fail("its type is " + entry.dtype +
                ", and only F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL " +
                "can be read; save it as F32");
  }
  const std::uint64_t count = count_of(entry.shape);
  if (count > data.size() || count * type->bytes != entry.end - entry.begin) {
    return fail("its shape asks for " + std::to_string(count) + " values of " + std::to_string(type->bytes) +
                " bytes, and its data_offsets give it " + std::to_string(entry.end - entry.begin) + " bytes");
  }
  NamedTensor tensor{entry.name, entry.shape, {}, type->name};
  tensor.values.resize(count);
  const std::byte* from = data.data() + entry.begin;
  for (std::uint64_t i = 0; i < count; ++i) tensor.values[i] = type->value(from + i * type->bytes);
  return tensor;
}

// One after the other, all bytes belong to one tensor.
Outcome<std::monostate> check_places(const std::vector<SafetensorsEntry>& tensors, std::size_t data_bytes) {
  std::uint64_t end = 0;
  for (const SafetensorsEntry& tensor : tensors) {
    const auto fail = [&](const std::string& why) { return Failure{"tensor '" + tensor.name + "': " + why}; };
    const std::string place = std::to_string(tensor.begin) + " to " + std::to_string(tensor.end);
    if (tensor.end < tensor.begin) return fail("its data_offsets run backwards, from " + place);
    if (tensor.end > data_bytes)
      return fail("it lies at bytes " + place + ", and the file has " + std::to_string(data_bytes));
    if (tensor.begin < end) return fail("it lies at bytes " + place + ", where another tensor lies");
    if (tensor.begin > end)
      return fail("bytes " + std::to_string(end) + " to " + std::to_string(tensor.begin) +
                  " in front of it belong to no tensor");
    end = tensor.end;
  }
  if (end == data_bytes) return std::monostate{};
  return Failure{"its last " + std::to_string(data_bytes - end) + " bytes belong to no tensor"};
}

std::vector<std::string> names_of(const SafetensorsHeader& header) {
  std::vector<std::string> names;
  for (const SafetensorsEntry& tensor : header.tensors) names.push_back(tensor.name);
  return names;
}

// In one line.
std::string metadata_note(const SafetensorsHeader& header) {
  constexpr std::size_t kMostCharacters = 120;
  std::string note;
  for (const auto& [key, value] : header.metadata) {
    note += note.empty() ? "" : ", ";
    note.append(key).append(" = ").append(value);
  }
  if (note.size() > kMostCharacters) note = note.substr(0, kMostCharacters) + "...";
  std::ranges::replace(note, '\n', ' ');
  return "its metadata: " + note;
}

Outcome<SafetensorsHeader> read_header(Bytes file) {
  const auto length = load<std::uint64_t>(file.data());
  if (length > file.size() - kLengthBytes) {
    return Failure{"it is cut short: its header should have " + std::to_string(length) + " bytes, and " +
                   std::to_string(file.size() - kLengthBytes) + " follow"};
  }
  if (length > kMostHeaderBytes) {
    return Failure{"its header has " + std::to_string(length) + " bytes, more than the limit of " +
                   std::to_string(kMostHeaderBytes)};
  }
  const auto* text = reinterpret_cast<const char*>(file.data() + kLengthBytes);
  return parse_safetensors_header({text, static_cast<std::size_t>(length)});
}

bool recognizes(Bytes bytes) {
  return bytes.size() > kLengthBytes && load<std::uint64_t>(bytes.data()) <= kFormatsLimit &&
         bytes[kLengthBytes] == std::byte{'{'};
}

Outcome<Imported> read(const ImportSource& source) {
  auto header = read_header(source.bytes);
  if (!header) return header.error();
  if (header->tensors.empty()) return Failure{"it holds no tensors"};
  if (names_images_and_labels(names_of(*header))) {
    return Failure{
        "it holds images and labels, not weights: it is a data set; save the arrays as .npz, which "
        "--data of lentil train takes"};
  }
  const Bytes data = Bytes(source.bytes).subspan(kLengthBytes + load<std::uint64_t>(source.bytes.data()));
  std::ranges::stable_sort(header->tensors, {}, &SafetensorsEntry::begin);
  if (const auto placed = check_places(header->tensors, data.size()); !placed) return placed.error();
  WeightFile file;
  for (const SafetensorsEntry& entry : header->tensors) {
    auto tensor = read_tensor(entry, data);
    if (!tensor) return tensor.error();
    file.tensors.push_back(std::move(*tensor));
  }
  Imported imported{"safetensors", {}};
  leave_out_batch_counters(file, imported.notes);
  if (!header->metadata.empty()) imported.notes.push_back(metadata_note(*header));
  imported.contents = std::move(file);
  return imported;
}

}  // namespace

const Importer kSafetensorsImporter{"safetensors", "safetensors files (.safetensors)", recognizes, read};

}  // namespace lentil::formats
