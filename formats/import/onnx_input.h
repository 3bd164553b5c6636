// What an ONNX network reads, as a picture.
#pragma once
#include <string>
#include <vector>

#include "formats/import/onnx_graph.h"
#include "formats/import/onnx_network.h"

namespace lentil::formats::onnx {

struct Input {
  Value value;             // of the network's input: its shape, ONNX's dimensions and order
  std::int64_t batch = 1;  // for which the graph was made; 0: for any
  bool pixels = false;     // it reads 0..255 and not 0..1
  std::vector<std::string> notes{};
};

// `batched`: the first dimension counts pictures. False is a second try for inputs like [3, 32, 32].
Outcome<Input> describe_input(const ValueInfoProto& info, const Graph& graph, bool batched);

// Whether such an input can be read both ways.
bool is_ambiguous(const ValueInfoProto& info);

}  // namespace lentil::formats::onnx
