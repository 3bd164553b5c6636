// TensorProtos as tensors: values in one of several fields, or in a companion file.
#pragma once
#include <map>
#include <string>

#include "formats/host/aligned_bytes.h"
#include "formats/import/onnx_tensor.h"
#include "onnx.pb.h"

namespace lentil::formats::onnx {

// The files beside the model that hold tensors' values, each read once.
class Companions {
 public:
  Companions(std::string model_path, Budget& budget) : model_path_(std::move(model_path)), budget_(budget) {}

  // The range that `tensor` names. Only plain names of files in the model's own folder are followed.
  Outcome<std::span<const std::byte>> bytes_of(const TensorProto& tensor);

 private:
  Outcome<std::span<const std::byte>> file(const std::string& name);

  std::string model_path_;
  Budget& budget_;
  std::map<std::string, AlignedBytes> files_;
};

// Takes the bytes out of `tensor`, so that they do not lie in memory twice. Failures do not name the tensor.
Outcome<Tensor> take_tensor(TensorProto& tensor, Companions& companions, const Budget& budget);

}  // namespace lentil::formats::onnx
