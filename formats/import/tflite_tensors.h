// The constants of a TFLite file, whatever their type: floats, halves, and integers with a scale.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "formats/host/outcome.h"
#include "formats/import/tf_network.h"
#include "tflite_generated.h"

namespace lentil::formats {

// Borrows the verified file. Indices of tensors may be anything: they are checked here.
class TfliteTensors {
 public:
  TfliteTensors(const tflite::Model& model, const tflite::SubGraph& graph) : model_(model), graph_(graph) {}

  const tflite::Tensor* find(std::int32_t index) const;  // null: there is none
  bool is_constant(std::int32_t index) const;
  std::string name(std::int32_t index) const;  // for messages

  // All of the shape's sizes; Failure where one is negative.
  Outcome<std::vector<std::uint32_t>> sizes(std::int32_t index) const;
  // As many as the sizes ask for and the buffer holds, or a Failure. Integers with a scale are
  // scale * (value - zero point).
  Outcome<Elements> elements(std::int32_t index) const;
  // Of a constant of at most 16 int32 or int64.
  Outcome<std::vector<std::int64_t>> integers(std::int32_t index) const;

 private:
  const flatbuffers::Vector<std::uint8_t>* data(const tflite::Tensor& tensor) const;

  const tflite::Model& model_;
  const tflite::SubGraph& graph_;
};

bool is_quantized(tflite::TensorType type);

}  // namespace lentil::formats
