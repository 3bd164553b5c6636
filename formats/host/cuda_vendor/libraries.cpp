#include "formats/host/cuda_vendor/libraries.h"

#include <array>
#include <dlfcn.h>
#include <optional>

namespace lentil::cuda_vendor {
namespace {

// Loads a library and looks up functions; goes on after a failure and remembers the first. What was loaded
// stays until the process ends: both libraries have threads of their own.
class Library {
 public:
  explicit Library(const std::string& name)
      : name_(name), handle_(dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ != nullptr) return;
    const char* why = dlerror();
    failure_ = Failure{"loading " + name + " failed: " + (why == nullptr ? "no reason given" : why) +
                       "; install it, or put its folder into LD_LIBRARY_PATH"};
  }

  template <class Function>
  void find(Function& function, const char* symbol) {
    if (find_if_there(function, symbol) || failure_) return;
    failure_ =
        Failure{name_ + " has no function " + symbol + "; take the version that lentil was built with"};
  }
  template <class Function>
  bool find_if_there(Function& function, const char* symbol) {
    if (handle_ != nullptr) function = reinterpret_cast<Function>(dlsym(handle_, symbol));
    return function != nullptr;
  }
  const std::optional<Failure>& failure() const { return failure_; }

 private:
  std::string name_;
  void* handle_;
  std::optional<Failure> failure_;
};

std::optional<Failure> load(DnnFunctions& f, const std::string& name) {
  Library library(name);
  library.find(f.version, "cudnnGetVersion");
  library.find(f.error_string, "cudnnGetErrorString");
  library.find_if_there(f.last_error, "cudnnGetLastErrorString");
  library.find(f.create, "cudnnCreate");
  library.find(f.destroy, "cudnnDestroy");
  library.find(f.set_stream, "cudnnSetStream");
  library.find(f.create_tensor, "cudnnCreateTensorDescriptor");
  library.find(f.destroy_tensor, "cudnnDestroyTensorDescriptor");
  library.find(f.set_tensor, "cudnnSetTensor4dDescriptor");
  library.find(f.create_filter, "cudnnCreateFilterDescriptor");
  library.find(f.destroy_filter, "cudnnDestroyFilterDescriptor");
  library.find(f.set_filter, "cudnnSetFilter4dDescriptor");
  library.find(f.create_convolution, "cudnnCreateConvolutionDescriptor");
  library.find(f.destroy_convolution, "cudnnDestroyConvolutionDescriptor");
  library.find(f.set_convolution, "cudnnSetConvolution2dDescriptor");
  library.find(f.set_groups, "cudnnSetConvolutionGroupCount");
  library.find(f.set_math, "cudnnSetConvolutionMathType");
  library.find(f.create_pooling, "cudnnCreatePoolingDescriptor");
  library.find(f.destroy_pooling, "cudnnDestroyPoolingDescriptor");
  library.find(f.set_pooling, "cudnnSetPooling2dDescriptor");
  library.find(f.create_activation, "cudnnCreateActivationDescriptor");
  library.find(f.destroy_activation, "cudnnDestroyActivationDescriptor");
  library.find(f.set_activation, "cudnnSetActivationDescriptor");
  library.find(f.convolution_algorithms, "cudnnGetConvolutionForwardAlgorithm_v7");
  library.find(f.convolution_workspace, "cudnnGetConvolutionForwardWorkspaceSize");
  library.find(f.convolve, "cudnnConvolutionForward");
  library.find(f.add, "cudnnAddTensor");
  library.find(f.pool, "cudnnPoolingForward");
  library.find(f.activate, "cudnnActivationForward");
  library.find(f.softmax, "cudnnSoftmaxForward");
  return library.failure();
}

std::optional<Failure> load(BlasFunctions& f, const std::string& name) {
  Library library(name);
  library.find(f.status_string, "cublasGetStatusString");
  library.find(f.create, "cublasCreate_v2");
  library.find(f.destroy, "cublasDestroy_v2");
  library.find(f.set_stream, "cublasSetStream_v2");
  library.find(f.set_workspace, "cublasSetWorkspace_v2");
  library.find(f.sgemm, "cublasSgemm_v2");
  return library.failure();
}

}  // namespace

Outcome<std::unique_ptr<Libraries>> Libraries::start(cuda::StreamHandle stream, const LibraryNames& names) {
  std::unique_ptr<Libraries> libraries(new Libraries);
  Libraries& l = *libraries;
  if (auto failure = load(l.dnn_, names.dnn)) return *failure;
  if (auto failure = load(l.blas_, names.blas)) return *failure;

  // The driver's streams are those of the toolkit's libraries, too.
  const auto on = reinterpret_cast<cudaStream_t>(stream);
  cudnnStatus_t dnn = l.dnn_.create(&l.dnn_handle_);
  if (dnn == CUDNN_STATUS_SUCCESS) dnn = l.dnn_.set_stream(l.dnn_handle_, on);
  if (dnn != CUDNN_STATUS_SUCCESS) return l.failure("starting " + l.dnn_title(), dnn);
  cublasStatus_t blas = l.blas_.create(&l.blas_handle_);
  if (blas == CUBLAS_STATUS_SUCCESS) blas = l.blas_.set_stream(l.blas_handle_, on);
  if (blas != CUBLAS_STATUS_SUCCESS) return l.failure("starting cuBLAS", blas);
  return libraries;
}

Libraries::~Libraries() {
  if (blas_handle_ != nullptr) blas_.destroy(blas_handle_);
  if (dnn_handle_ != nullptr) dnn_.destroy(dnn_handle_);
}

std::string Libraries::dnn_title() const {
  // 9.19.0 is 91900; before version 9, 8.9.7 was 8907.
  const std::size_t version = dnn_.version(), unit = version < 10000 ? 1000 : 10000;
  return "cuDNN " + std::to_string(version / unit) + "." + std::to_string(version % unit / 100) + "." +
         std::to_string(version % 100);
}

Failure Libraries::failure(const std::string& doing, cudnnStatus_t status) const {
  std::array<char, 512> text{};
  if (dnn_.last_error != nullptr) dnn_.last_error(text.data(), text.size());
  text.back() = '\0';
  std::string message = doing + " failed: " + dnn_.error_string(status);
  if (text[0] != '\0') message += std::string(" (") + text.data() + ")";
  return Failure{message + "; it needs a GPU, a driver as new as itself and free memory: see nvidia-smi"};
}

Failure Libraries::failure(const std::string& doing, cublasStatus_t status) const {
  return Failure{doing + " failed: " + blas_.status_string(status) +
                 "; it needs a GPU, a driver as new as itself and free memory: see nvidia-smi"};
}

}  // namespace lentil::cuda_vendor
