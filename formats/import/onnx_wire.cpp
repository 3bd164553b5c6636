#include "formats/import/onnx_wire.h"

#include <algorithm>
#include <array>
#include <optional>

namespace lentil::formats::onnx {
namespace {

using Bytes = std::span<const std::byte>;

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

struct WireField {
  std::uint32_t number = 0;
  WireType type = WireType::varint;
  Bytes contents;  // of WireType::bytes; may be cut short
  bool whole = true;
};

std::optional<std::uint64_t> take_varint(Bytes& rest) {
  std::uint64_t value = 0;
  for (std::uint32_t shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(rest.front());
    rest = rest.subspan(1);
    value |= (byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<WireField> take_field(Bytes& rest) {
  const auto tag = take_varint(rest);
  if (!tag || *tag >> 3 == 0 || *tag >> 32 != 0) return std::nullopt;
  WireField field{static_cast<std::uint32_t>(*tag >> 3), static_cast<WireType>(*tag & 7), {}, true};
  std::uint64_t length = 0;
  switch (field.type) {
    case WireType::varint:
      return take_varint(rest) ? std::optional(field) : std::nullopt;
    case WireType::fixed64:
      length = 8;
      break;
    case WireType::fixed32:
      length = 4;
      break;
    case WireType::bytes: {
      const auto given = take_varint(rest);
      if (!given) return std::nullopt;
      length = *given;
      break;
    }
    default:
      return std::nullopt;  // groups, which ONNX never had
  }
  field.whole = length <= rest.size();
  field.contents = rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(length, rest.size())));
  rest = rest.subspan(field.contents.size());
  return field;
}

enum class Kind : std::uint8_t {
  text,
  numbers,
  model,
  graph,
  node,
  attribute,
  tensor,
  value,
  type,
  tensor_type,
  shape,
  entry,
};

struct Part {
  Kind in;
  std::uint32_t number;
  Kind kind;
};

// The fields of onnx.proto that are messages, or that repeat.
constexpr std::array kParts{
    Part{Kind::model, 7, Kind::graph},       Part{Kind::model, 8, Kind::entry},
    Part{Kind::model, 14, Kind::entry},      Part{Kind::graph, 1, Kind::node},
    Part{Kind::graph, 5, Kind::tensor},      Part{Kind::graph, 11, Kind::value},
    Part{Kind::graph, 12, Kind::value},      Part{Kind::node, 1, Kind::text},
    Part{Kind::node, 2, Kind::text},         Part{Kind::node, 5, Kind::attribute},
    Part{Kind::attribute, 5, Kind::tensor},  Part{Kind::attribute, 7, Kind::numbers},
    Part{Kind::attribute, 8, Kind::numbers}, Part{Kind::tensor, 1, Kind::numbers},
    Part{Kind::tensor, 13, Kind::entry},     Part{Kind::value, 2, Kind::type},
    Part{Kind::type, 1, Kind::tensor_type},  Part{Kind::tensor_type, 2, Kind::shape},
    Part{Kind::shape, 1, Kind::entry},
};

// Generous sizes of the parser's objects, with their place in a list.
constexpr std::uint64_t kMessageBytes = 256, kTextBytes = 64, kNumberBytes = 16;

std::uint64_t cost_of(Kind message, Bytes bytes) {
  std::uint64_t cost = kMessageBytes;
  while (const auto field = take_field(bytes)) {
    const auto part = std::ranges::find_if(
        kParts, [&](const Part& p) { return p.in == message && p.number == field->number; });
    if (part == kParts.end()) continue;
    if (part->kind == Kind::text) cost += kTextBytes;
    // Packed, or one by one; a number takes a byte at least.
    if (part->kind == Kind::numbers) cost += kNumberBytes * std::max<std::size_t>(field->contents.size(), 1);
    if (part->kind > Kind::numbers) cost += cost_of(part->kind, field->contents);
  }
  return cost;
}

// The type on the wire that a field of ModelProto has; none: no such field.
std::optional<WireType> model_field_type(std::uint32_t number) {
  constexpr std::array<std::uint32_t, 9> kMessages{2, 3, 4, 6, 7, 8, 14, 20, 25};
  if (number == 1 || number == 5) return WireType::varint;
  if (std::ranges::find(kMessages, number) != kMessages.end() || number == 26) return WireType::bytes;
  return std::nullopt;
}

// Fields of NodeProto are texts and messages, and one is the operation.
bool looks_like_node(Bytes bytes) {
  constexpr std::uint32_t kOperation = 4, kMostFields = 11;
  bool operation = false;
  while (!bytes.empty()) {
    const auto field = take_field(bytes);
    if (!field || !field->whole || field->type != WireType::bytes || field->number > kMostFields)
      return false;
    operation = operation || (field->number == kOperation && !field->contents.empty());
  }
  return operation;
}

// So are those of GraphProto. The first node tells.
bool looks_like_graph(Bytes bytes) {
  constexpr std::uint32_t kNode = 1, kMostFields = 16;
  while (const auto field = take_field(bytes)) {
    if (!field->whole || field->type != WireType::bytes || field->number > kMostFields) return false;
    if (field->number == kNode) return looks_like_node(field->contents);
  }
  return false;
}

}  // namespace

bool looks_like_model(std::span<const std::byte> bytes) {
  bool graph = false;
  while (!bytes.empty()) {
    const auto field = take_field(bytes);
    if (!field || model_field_type(field->number) != field->type) return false;
    if (field->number == 7) graph = looks_like_graph(field->contents);
    if (!field->whole) return graph;
  }
  return graph;
}

std::uint64_t parsing_cost(std::span<const std::byte> bytes) { return cost_of(Kind::model, bytes); }

}  // namespace lentil::formats::onnx
