// A look at a protobuf message before it is parsed: whether it is an ONNX model, and what parsing would cost.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace lentil::formats::onnx {

// Protobuf has no magic number: the fields must be those of a ModelProto, up to the first node of its graph.
// Cheap. A model that is cut short behind that is one all the same, so that it can be told.
bool looks_like_model(std::span<const std::byte> bytes);

// Bytes of memory, beyond those of texts and data, of the objects that the parser would make: a message of
// two bytes becomes one of hundreds.
std::uint64_t parsing_cost(std::span<const std::byte> bytes);

}  // namespace lentil::formats::onnx
