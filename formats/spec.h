// Networks in one line: "conv 10 k5, maxpool 2, relu, flatten, linear 10, logsoftmax". Entries are separated
// by commas, words by blanks; formats/spec_words.cpp and the error messages list the entries. For chains
// only: other networks come from files or from C++.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/host/outcome.h"
#include "formats/model_file.h"

namespace lentil::formats {

struct SpecWord;

// One entry as it was written. What an importer knows from the weights at hand may be left out and filled in.
struct SpecLayer {
  const SpecWord* word = nullptr;      // never null in a Spec
  std::string name;                    // after @; empty: the default
  std::optional<std::uint32_t> out;    // conv, linear
  std::optional<Extent> kernel;        // conv, pooling
  std::optional<Extent> stride;        // absent: 1 for conv, the window for pooling
  std::optional<Shape> shape;          // reshape
  std::optional<float> number;         // slope, rate or constant
  std::optional<float> eps, momentum;  // bn
  Padding padding;
  Extent dilation;
  std::uint32_t groups = 1;
  bool no_bias = false, ceil = false, no_pad = false, channels = false;
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
