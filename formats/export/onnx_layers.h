// Our layers as nodes of ONNX's opset 13.
#pragma once
#include <string>
#include <vector>

#include "formats/export/onnx_writer.h"
#include "formats/host/outcome.h"
#include "runtime/model.h"

namespace lentil::formats::onnx {

// A layer's output in the graph. Flat values have two dimensions, [N, K]; all others four.
struct Output {
  std::string name;
  Shape shape;
  bool flat = false;
};

// Nodes for one layer, whose output has this shape. Failures do not name the layer.
Outcome<Output> write_layer(GraphWriter& graph, const Layer& layer, const std::vector<Output>& inputs,
                            const Shape& shape);

// As [N, K].
Output flattened(GraphWriter& graph, const Output& value);

}  // namespace lentil::formats::onnx
