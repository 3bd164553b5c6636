// Networks in one line: "conv 10 k5, maxpool 2, relu, flatten, linear 10, logsoftmax". Entries are separated
// by commas, words by blanks; docs and the error messages list the entries. For chains only: other networks
// come from files or from C++.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/host/outcome.h"
#include "formats/model_file.h"

namespace lentil::formats {

// One entry as it was written. What an importer knows from the weights at hand may be left out and filled in.
struct SpecLayer {
  LayerType type = LayerType::relu;  // batch_norm2d for both kinds of bn
  std::string name;                  // after @; empty: the default
  std::optional<std::uint32_t> out;  // conv, linear
  std::optional<Extent> kernel;      // conv, pooling
  std::optional<Extent> stride, dilation;
  Extent padding{0, 0};  // above and below, left and right
  std::uint32_t groups = 1;
  bool bias = true;
  float number = 0;  // leakyrelu, elu: slope; dropout: rate
  FlattenOrder order = FlattenOrder::chw;
  std::string text;          // the entry, and
  std::size_t position = 0;  // where it starts in the line, from 1: for messages
};

struct Spec {
  std::optional<Shape> input;
  std::vector<SpecLayer> layers;
};

// Failures name the entry, its position and what was expected.
Outcome<Spec> parse_spec(std::string_view line);
Outcome<ModelFile> build_spec(const Spec& spec, Shape default_input = {1, 28, 28});

// Both in one; the weights are zeros.
Outcome<ModelFile> model_from_spec(std::string_view line, Shape default_input = {1, 28, 28});

// The line that gives this network again, with names where they are not the default ones. Fails, naming the
// layer, where a line cannot say it.
Outcome<std::string> to_spec(const ModelFile& file);

}  // namespace lentil::formats
