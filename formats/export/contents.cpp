#include "formats/export/contents.h"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <span>

#include "runtime/graph.h"
#include "runtime/op.h"

namespace lentil::formats {
namespace {

static_assert(std::endian::native == std::endian::little);

bool is_plain(const std::string& text) {
  const bool orders = std::ranges::any_of(text, [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code < 0x20 || code == 0x7F;
  });
  return !orders && nlohmann::json::parse(literal(text)) == text;  // else something was replaced
}

void append(std::vector<std::byte>& bytes, std::span<const std::byte> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

}  // namespace

Outcome<std::monostate> check_layer_names(const ModelFile& file) {
  for (const LayerData& layer : file.layers) {
    if (is_plain(layer.name)) continue;
    return Failure{"the name of layer " + literal(layer.name) +
                   " is no plain text (UTF-8 without control characters), which other programs need"};
  }
  return std::monostate{};
}

Outcome<std::vector<NamedTensor>> checked_state_dict(const ModelFile& file) {
  if (const auto plain = check_layer_names(file); !plain) return plain.error();
  return state_dict(file);
}

Outcome<std::vector<Shape>> layer_shapes(const ModelFile& file) {
  const Model model = file.model();
  std::vector<Shape> shapes{file.input};
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    const auto shape = infer_shape(layer, [&](std::size_t k) {
      return shapes[static_cast<std::size_t>(std::int64_t{layer_input(layer, i, k)} + 1)];
    });
    if (!shape) return Failure{"layer " + literal(layer.name) + " does not fit: " + explain(shape.error())};
    shapes.push_back(*shape);
  }
  return shapes;
}

std::string literal(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append_text(std::vector<std::byte>& bytes, std::string_view text) {
  append(bytes, std::as_bytes(std::span(text)));
}

void append_floats(std::vector<std::byte>& bytes, const std::vector<float>& values) {
  append(bytes, std::as_bytes(std::span(values)));
}

}  // namespace lentil::formats
