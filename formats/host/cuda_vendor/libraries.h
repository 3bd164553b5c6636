// cuDNN and cuBLAS, found when they are asked for: a program that links this starts without them.
#pragma once
#include <cstddef>
#include <cublas_v2.h>
#include <cudnn.h>
#include <memory>
#include <string>

#include "formats/host/cuda/driver.h"

namespace lentil::cuda_vendor {

using formats::Failure;
using formats::Outcome;

// The prototypes are those of the headers that this was built with.
struct DnnFunctions {
  decltype(&cudnnGetVersion) version;
  decltype(&cudnnGetErrorString) error_string;
  void (*last_error)(char* text, std::size_t size);  // null: before cuDNN 9
  decltype(&cudnnCreate) create;
  decltype(&cudnnDestroy) destroy;
  decltype(&cudnnSetStream) set_stream;

  decltype(&cudnnCreateTensorDescriptor) create_tensor;
  decltype(&cudnnDestroyTensorDescriptor) destroy_tensor;
  decltype(&cudnnSetTensor4dDescriptor) set_tensor;
  decltype(&cudnnCreateFilterDescriptor) create_filter;
  decltype(&cudnnDestroyFilterDescriptor) destroy_filter;
  decltype(&cudnnSetFilter4dDescriptor) set_filter;
  decltype(&cudnnCreateConvolutionDescriptor) create_convolution;
  decltype(&cudnnDestroyConvolutionDescriptor) destroy_convolution;
  decltype(&cudnnSetConvolution2dDescriptor) set_convolution;
  decltype(&cudnnSetConvolutionGroupCount) set_groups;
  decltype(&cudnnSetConvolutionMathType) set_math;
  decltype(&cudnnCreatePoolingDescriptor) create_pooling;
  decltype(&cudnnDestroyPoolingDescriptor) destroy_pooling;
  decltype(&cudnnSetPooling2dDescriptor) set_pooling;
  decltype(&cudnnCreateActivationDescriptor) create_activation;
  decltype(&cudnnDestroyActivationDescriptor) destroy_activation;
  decltype(&cudnnSetActivationDescriptor) set_activation;

  decltype(&cudnnGetConvolutionForwardAlgorithm_v7) convolution_algorithms;
  decltype(&cudnnGetConvolutionForwardWorkspaceSize) convolution_workspace;
  decltype(&cudnnConvolutionForward) convolve;
  decltype(&cudnnAddTensor) add;
  decltype(&cudnnPoolingForward) pool;
  decltype(&cudnnActivationForward) activate;
  decltype(&cudnnSoftmaxForward) softmax;
};

struct BlasFunctions {
  decltype(&cublasGetStatusString) status_string;
  decltype(&cublasCreate) create;
  decltype(&cublasDestroy) destroy;
  decltype(&cublasSetStream) set_stream;
  decltype(&cublasSetWorkspace) set_workspace;
  decltype(&cublasSgemm) sgemm;
};

struct LibraryNames {
  std::string dnn = "libcudnn.so." + std::to_string(CUDNN_MAJOR);
  std::string blas = "libcublas.so." + std::to_string(CUBLAS_VER_MAJOR);
};

// Both libraries with a handle of each. One thread at a time may use it.
class Libraries {
 public:
  // On the calling thread's current GPU. Fails with what the library says of itself.
  static Outcome<std::unique_ptr<Libraries>> start(cuda::StreamHandle stream, const LibraryNames& names = {});
  Libraries(const Libraries&) = delete;
  Libraries& operator=(const Libraries&) = delete;
  ~Libraries();

  const DnnFunctions& dnn() const { return dnn_; }
  const BlasFunctions& blas() const { return blas_; }
  cudnnHandle_t dnn_handle() const { return dnn_handle_; }
  cublasHandle_t blas_handle() const { return blas_handle_; }

  // "cuDNN 9.19.0"
  std::string dnn_title() const;
  // `doing` has failed.
  Failure failure(const std::string& doing, cudnnStatus_t) const;
  Failure failure(const std::string& doing, cublasStatus_t) const;

 private:
  Libraries() = default;

  DnnFunctions dnn_{};
  BlasFunctions blas_{};
  cudnnHandle_t dnn_handle_ = nullptr;
  cublasHandle_t blas_handle_ = nullptr;
};

}  // namespace lentil::cuda_vendor
