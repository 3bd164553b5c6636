// A TFLite graph, operator by operator, as layers.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "formats/import/tf_network.h"
#include "formats/import/tflite_tensors.h"

namespace lentil::formats {

// A tensor of the file under the sizes that reshapes gave it.
struct TfliteConstant {
  std::int32_t tensor = -1;
  std::vector<std::uint32_t> sizes{};
};
using TfliteIntegers = std::vector<std::int64_t>;  // -1: the batch, whatever it is
using TfliteState = std::variant<TfValue, TfliteConstant, TfliteIntegers>;

// While it is read. What an operator finds wrong is a mistake of `network`.
class TfliteGraph {
 public:
  TfliteGraph(const TfliteTensors& tensors, TfNetwork& network) : tensors_(tensors), network_(network) {}

  void start(std::int32_t input) { states_.emplace(input, network_.input()); }

  TfNetwork& network() { return network_; }
  const TfliteTensors& tensors() const { return tensors_; }

  // Inputs and outputs of an operator by their position; -1: it has none there.
  static std::int32_t input(const tflite::Operator& op, std::uint32_t position);
  static std::int32_t output(const tflite::Operator& op);

  const TfliteState* state(std::int32_t tensor) const;  // null: no operator has made it yet
  bool is_value(std::int32_t tensor) const;
  TfValue value(const tflite::Operator& op, std::uint32_t position);
  TfliteConstant constant(const tflite::Operator& op, std::uint32_t position);
  TfliteIntegers integers(const tflite::Operator& op, std::uint32_t position);
  // None for a position that is left out, which `optional` allows.
  Elements elements(const tflite::Operator& op, std::uint32_t position, bool optional = false);
  void set(const tflite::Operator& op, TfliteState state);

  void mistake(const std::string& what) { network_.fail(current_, what); }
  TfValue activated(TfValue value, tflite::ActivationFunctionType function);

  // Whether it can be done; then does it.
  static bool knows(tflite::BuiltinOperator code);
  void add(const tflite::Operator& op, tflite::BuiltinOperator code);

 private:
  const TfliteTensors& tensors_;
  TfNetwork& network_;
  std::map<std::int32_t, TfliteState> states_;
  std::string current_;  // the operator's name
};

using TfliteOperation = void (*)(TfliteGraph& graph, const tflite::Operator& op);

struct TfliteRow {
  tflite::BuiltinOperator code;
  TfliteOperation add;
};

// The tables of operators: those with weights and windows, and those that only arrange.
std::span<const TfliteRow> tflite_layers();
std::span<const TfliteRow> tflite_shapes();

// What `[N, first, ..., last]` most likely means: a picture of few channels comes first or last.
AxisOrder likely_order(const std::vector<std::uint32_t>& sizes);

}  // namespace lentil::formats
