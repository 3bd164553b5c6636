// Hugging Face's safetensors: the length of a JSON header, the header, and all values one after the other.
#include <bit>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "formats/export/contents.h"
#include "formats/export/exporter.h"
#include "formats/layer_shape.h"
#include "formats/spec.h"

namespace lentil::formats {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kAlignment = 8;  // of the values' begin in the file

// Texts alone, as the format has it. The format's name is "pt": the tensors lie as PyTorch lays them.
Json metadata(const ModelFile& file) {
  const auto channels = std::min<std::size_t>(file.input.channels, file.normalization.mean.size());
  const auto each = [&](const std::array<float, 4>& values) {
    return fmt::format("{}", fmt::join(values.begin(), values.begin() + channels, " "));
  };
  Json texts{{"format", "pt"}};
  if (!file.name.empty()) texts["name"] = file.name;
  if (const auto line = to_spec(file)) texts["network"] = *line;
  texts["input"] = spell(file.input);
  texts["mean"] = each(file.normalization.mean);
  texts["std"] = each(file.normalization.std);
  if (!file.labels.empty())
    texts["labels"] = Json(file.labels).dump(-1, ' ', false, Json::error_handler_t::replace);
  if (!file.licence.empty()) texts["licence"] = file.licence;
  return texts;
}

Outcome<std::vector<std::byte>> write(const ModelFile& file) {
  const auto tensors = checked_state_dict(file);
  if (!tensors) return tensors.error();
  Json header{{"__metadata__", metadata(file)}};
  std::uint64_t end = 0;
  for (const NamedTensor& tensor : *tensors) {
    const std::uint64_t begin = end;
    end += tensor.values.size() * sizeof(float);
    header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');

  std::vector<std::byte> bytes;
  const auto length = std::bit_cast<std::array<char, 8>>(std::uint64_t{text.size()});
  append_text(bytes, {length.data(), length.size()});
  append_text(bytes, text);
  for (const NamedTensor& tensor : *tensors) append_floats(bytes, tensor.values);
  return bytes;
}

}  // namespace

const Exporter kSafetensorsExporter{"safetensors", "the weights as safetensors, for Hugging Face's libraries",
                                    ".safetensors", write,
                                    "safetensors.torch.load_file(FILE) gives a state_dict"};

}  // namespace lentil::formats
