// One output of an ONNX graph as a network.
#pragma once
#include <string>
#include <vector>

#include "formats/import/onnx_input.h"

namespace lentil::formats::onnx {

struct Conversion {
  ModelFile file;
  bool scores = false;  // its output is one value for each of several classes
  std::vector<std::string> notes{};
};

// Converts what `output` needs. Takes constants out of `model`, which can be converted once. `path` is the
// file's, `batched` that of describe_input.
Outcome<Conversion> convert_output(ModelProto& model, const Graph& graph, const std::string& output,
                                   const std::string& path, std::uint64_t file_bytes, bool batched);

}  // namespace lentil::formats::onnx
