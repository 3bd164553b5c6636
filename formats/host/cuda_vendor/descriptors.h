// What cuDNN wants to be told about tensors and layers.
#pragma once
#include <memory>
#include <type_traits>

#include "formats/host/cuda_vendor/libraries.h"
#include "runtime/model.h"

namespace lentil::cuda_vendor {

template <class Handle>
using Described = std::shared_ptr<std::remove_pointer_t<Handle>>;

// Makes descriptors. After a first failure those that follow are empty: callers look once, at the end.
class Descriptors {
 public:
  explicit Descriptors(const Libraries& libraries) : dnn_(libraries.dnn()) {}

  Described<cudnnTensorDescriptor_t> tensor(std::uint32_t batch, const Shape& shape);
  Described<cudnnFilterDescriptor_t> filter(const Layer& layer);
  Described<cudnnConvolutionDescriptor_t> convolution(const Layer& layer);
  Described<cudnnPoolingDescriptor_t> pooling(cudnnPoolingMode_t mode, const Layer& layer);
  Described<cudnnActivationDescriptor_t> activation(cudnnActivationMode_t mode, double coefficient);

  cudnnStatus_t status() const { return status_; }

 private:
  template <class Handle, class Create, class Destroy, class Set>
  Described<Handle> make(Create create, Destroy destroy, Set set);

  const DnnFunctions& dnn_;
  cudnnStatus_t status_ = CUDNN_STATUS_SUCCESS;
};

}  // namespace lentil::cuda_vendor
