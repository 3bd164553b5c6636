#include "formats/host/cuda_vendor/descriptors.h"

namespace lentil::cuda_vendor {
namespace {

int as_int(std::uint32_t value) { return static_cast<int>(value); }

}  // namespace

template <class Handle, class Create, class Destroy, class Set>
Described<Handle> Descriptors::make(Create create, Destroy destroy, Set set) {
  if (status_ != CUDNN_STATUS_SUCCESS) return nullptr;
  Handle handle = nullptr;
  status_ = create(&handle);
  if (status_ != CUDNN_STATUS_SUCCESS) return nullptr;
  Described<Handle> owner(handle, destroy);
  status_ = set(handle);
  return owner;
}

Described<cudnnTensorDescriptor_t> Descriptors::tensor(std::uint32_t batch, const Shape& shape) {
  return make<cudnnTensorDescriptor_t>(dnn_.create_tensor, dnn_.destroy_tensor, [&](auto handle) {
    return dnn_.set_tensor(handle, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, as_int(batch), as_int(shape.channels),
                           as_int(shape.height), as_int(shape.width));
  });
}

Described<cudnnFilterDescriptor_t> Descriptors::filter(const Layer& layer) {
  return make<cudnnFilterDescriptor_t>(dnn_.create_filter, dnn_.destroy_filter, [&](auto handle) {
    return dnn_.set_filter(handle, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, as_int(layer.out_features),
                           as_int(layer.in_features / layer.groups), as_int(layer.kernel.height),
                           as_int(layer.kernel.width));
  });
}

Described<cudnnConvolutionDescriptor_t> Descriptors::convolution(const Layer& layer) {
  return make<cudnnConvolutionDescriptor_t>(
      dnn_.create_convolution, dnn_.destroy_convolution, [&](auto handle) {
        cudnnStatus_t status = dnn_.set_convolution(
            handle, as_int(layer.padding.top), as_int(layer.padding.left), as_int(layer.stride.height),
            as_int(layer.stride.width), as_int(layer.dilation.height), as_int(layer.dilation.width),
            CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT);
        if (status == CUDNN_STATUS_SUCCESS) status = dnn_.set_groups(handle, as_int(layer.groups));
        // The default may round inputs to tf32: fast, and no float32 any more.
        return status == CUDNN_STATUS_SUCCESS ? dnn_.set_math(handle, CUDNN_FMA_MATH) : status;
      });
}

Described<cudnnPoolingDescriptor_t> Descriptors::pooling(cudnnPoolingMode_t mode, const Layer& layer) {
  return make<cudnnPoolingDescriptor_t>(dnn_.create_pooling, dnn_.destroy_pooling, [&](auto handle) {
    return dnn_.set_pooling(handle, mode, CUDNN_PROPAGATE_NAN, as_int(layer.kernel.height),
                            as_int(layer.kernel.width), as_int(layer.padding.top), as_int(layer.padding.left),
                            as_int(layer.stride.height), as_int(layer.stride.width));
  });
}

Described<cudnnActivationDescriptor_t> Descriptors::activation(cudnnActivationMode_t mode,
                                                               double coefficient) {
  return make<cudnnActivationDescriptor_t>(dnn_.create_activation, dnn_.destroy_activation, [&](auto handle) {
    return dnn_.set_activation(handle, mode, CUDNN_PROPAGATE_NAN, coefficient);
  });
}

}  // namespace lentil::cuda_vendor
