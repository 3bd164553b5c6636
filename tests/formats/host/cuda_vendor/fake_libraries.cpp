// cuDNN and cuBLAS on the host, written from their documentation: what their handles, descriptors and
// matrices mean, for memory of the fake driver. Convolutions fill the workspace that they asked for.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <cublas_v2.h>
#include <cudnn.h>
#include <dlfcn.h>
#include <limits>

struct cudnnContext {
  cudaStream_t stream;
};
struct cublasContext {
  cudaStream_t stream;
};
struct cudnnTensorStruct {
  int n, c, h, w;
};
struct cudnnFilterStruct {
  int k, c, h, w;
};
struct cudnnConvolutionStruct {
  int pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w, groups;
};
struct cudnnPoolingStruct {
  cudnnPoolingMode_t mode;
  int h, w, pad_h, pad_w, stride_h, stride_w;
};
struct cudnnActivationStruct {
  cudnnActivationMode_t mode;
  double coefficient;
};

namespace {

constexpr std::size_t kWorkspace = 1 << 20;  // of the algorithm that cuDNN says is the fastest

// The driver's work comes first: it is in the same stream.
void wait(cudaStream_t stream) {
  void* driver = dlopen(LENTIL_FAKE_CUDA, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  const auto synchronize = reinterpret_cast<int (*)(void*)>(dlsym(driver, "cuStreamSynchronize"));
  synchronize(stream);
}

template <class T>
cudnnStatus_t create(T** made) {
  *made = new T{};
  return CUDNN_STATUS_SUCCESS;
}
template <class T>
cudnnStatus_t destroy(T* made) {
  delete made;
  return CUDNN_STATUS_SUCCESS;
}

const float* plane(const void* x, const cudnnTensorStruct& t, int n, int c) {
  return static_cast<const float*>(x) + (n * t.c + c) * t.h * t.w;
}
float* plane(void* y, const cudnnTensorStruct& t, int n, int c) {
  return static_cast<float*>(y) + (n * t.c + c) * t.h * t.w;
}

template <class At>
void for_each_value(const cudnnTensorStruct& y, At at) {
  for (int n = 0; n < y.n; ++n)
    for (int c = 0; c < y.c; ++c)
      for (int h = 0; h < y.h; ++h)
        for (int w = 0; w < y.w; ++w) at(n, c, h, w);
}

double convolved(const cudnnTensorStruct& xt, const void* x, const cudnnFilterStruct& f, const float* weights,
                 const cudnnConvolutionStruct& s, int n, int k, int h, int w) {
  const int first = k / (f.k / s.groups) * f.c;  // input channel of the group
  double sum = 0;
  for (int c = 0; c < f.c; ++c)
    for (int i = 0; i < f.h; ++i)
      for (int j = 0; j < f.w; ++j) {
        const int row = h * s.stride_h - s.pad_h + i * s.dilation_h;
        const int column = w * s.stride_w - s.pad_w + j * s.dilation_w;
        if (row < 0 || row >= xt.h || column < 0 || column >= xt.w) continue;
        sum += double{plane(x, xt, n, first + c)[row * xt.w + column]} *
               double{weights[((k * f.c + c) * f.h + i) * f.w + j]};
      }
  return sum;
}

double pooled(const cudnnTensorStruct& xt, const float* x, const cudnnPoolingStruct& p, int h, int w) {
  double sum = 0, most = -std::numeric_limits<double>::infinity();
  int count = 0;
  for (int i = 0; i < p.h; ++i)
    for (int j = 0; j < p.w; ++j) {
      const int row = h * p.stride_h - p.pad_h + i, column = w * p.stride_w - p.pad_w + j;
      if (row < 0 || row >= xt.h || column < 0 || column >= xt.w) continue;
      const double value = double{x[row * xt.w + column]};
      sum += value;
      most = std::max(most, value);
      ++count;
    }
  if (p.mode == CUDNN_POOLING_MAX) return most;
  return sum / (p.mode == CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING ? p.h * p.w : count);
}

double activated(const cudnnActivationStruct& a, double x) {
  switch (a.mode) {
    case CUDNN_ACTIVATION_RELU:
      return std::max(x, 0.0);
    case CUDNN_ACTIVATION_SIGMOID:
      return 1 / (1 + std::exp(-x));
    case CUDNN_ACTIVATION_TANH:
      return std::tanh(x);
    default:
      return x > 0 ? x : a.coefficient * std::expm1(x);
  }
}

}  // namespace

extern "C" {

size_t cudnnGetVersion() { return CUDNN_VERSION; }
const char* cudnnGetErrorString(cudnnStatus_t) { return "CUDNN_STATUS_OF_THE_FAKE"; }
void cudnnGetLastErrorString(char* text, size_t size) { std::strncpy(text, "nothing to say", size); }
cudnnStatus_t cudnnCreate(cudnnHandle_t* h) { return create(h); }
cudnnStatus_t cudnnDestroy(cudnnHandle_t h) { return destroy(h); }
cudnnStatus_t cudnnSetStream(cudnnHandle_t h, cudaStream_t stream) {
  h->stream = stream;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* t) { return create(t); }
cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t t) { return destroy(t); }
cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t t, cudnnTensorFormat_t, cudnnDataType_t,
                                         int n, int c, int h, int w) {
  *t = {n, c, h, w};
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t* f) { return create(f); }
cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t f) { return destroy(f); }
cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t f, cudnnDataType_t, cudnnTensorFormat_t,
                                         int k, int c, int h, int w) {
  *f = {k, c, h, w};
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t* c) { return create(c); }
cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t c) { return destroy(c); }
cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t c, int pad_h, int pad_w, int u,
                                              int v, int dilation_h, int dilation_w,
                                              cudnnConvolutionMode_t mode, cudnnDataType_t) {
  *c = {pad_h, pad_w, u, v, dilation_h, dilation_w, 1};
  return mode == CUDNN_CROSS_CORRELATION ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_BAD_PARAM;
}
cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t c, int groups) {
  c->groups = groups;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t, cudnnMathType_t math) {
  return math == CUDNN_FMA_MATH ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_BAD_PARAM;
}
cudnnStatus_t cudnnCreatePoolingDescriptor(cudnnPoolingDescriptor_t* p) { return create(p); }
cudnnStatus_t cudnnDestroyPoolingDescriptor(cudnnPoolingDescriptor_t p) { return destroy(p); }
cudnnStatus_t cudnnSetPooling2dDescriptor(cudnnPoolingDescriptor_t p, cudnnPoolingMode_t mode,
                                          cudnnNanPropagation_t, int h, int w, int pad_h, int pad_w,
                                          int stride_h, int stride_w) {
  *p = {mode, h, w, pad_h, pad_w, stride_h, stride_w};
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnCreateActivationDescriptor(cudnnActivationDescriptor_t* a) { return create(a); }
cudnnStatus_t cudnnDestroyActivationDescriptor(cudnnActivationDescriptor_t a) { return destroy(a); }
cudnnStatus_t cudnnSetActivationDescriptor(cudnnActivationDescriptor_t a, cudnnActivationMode_t mode,
                                           cudnnNanPropagation_t, double coefficient) {
  *a = {mode, coefficient};
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t, const cudnnTensorDescriptor_t,
                                                     const cudnnFilterDescriptor_t,
                                                     const cudnnConvolutionDescriptor_t,
                                                     const cudnnTensorDescriptor_t, const int wanted,
                                                     int* count, cudnnConvolutionFwdAlgoPerf_t* found) {
  *count = std::min(wanted, 3);
  std::fill_n(found, *count, cudnnConvolutionFwdAlgoPerf_t{});
  found[0].algo = CUDNN_CONVOLUTION_FWD_ALGO_FFT;
  found[0].status = CUDNN_STATUS_NOT_SUPPORTED;
  found[1].algo = CUDNN_CONVOLUTION_FWD_ALGO_GEMM;
  found[1].mathType = CUDNN_TENSOR_OP_MATH;
  found[2].algo = CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD;
  found[2].mathType = CUDNN_FMA_MATH;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t, const cudnnTensorDescriptor_t,
                                                      const cudnnFilterDescriptor_t,
                                                      const cudnnConvolutionDescriptor_t,
                                                      const cudnnTensorDescriptor_t,
                                                      cudnnConvolutionFwdAlgo_t algorithm, size_t* bytes) {
  *bytes = algorithm == CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD ? kWorkspace : 0;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void*, const cudnnTensorDescriptor_t xt,
                                      const void* x, const cudnnFilterDescriptor_t f, const void* weights,
                                      const cudnnConvolutionDescriptor_t how,
                                      cudnnConvolutionFwdAlgo_t algorithm, void* workspace, size_t bytes,
                                      const void*, const cudnnTensorDescriptor_t yt, void* y) {
  if (algorithm == CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD
          ? bytes < kWorkspace
          : algorithm != CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM)
    return CUDNN_STATUS_BAD_PARAM;
  wait(handle->stream);
  if (bytes > 0) std::memset(workspace, 0xff, bytes);
  for_each_value(*yt, [&](int n, int c, int h, int w) {
    plane(y, *yt, n, c)[h * yt->w + w] =
        static_cast<float>(convolved(*xt, x, *f, static_cast<const float*>(weights), *how, n, c, h, w));
  });
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnAddTensor(cudnnHandle_t handle, const void*, const cudnnTensorDescriptor_t at,
                             const void* a, const void*, const cudnnTensorDescriptor_t yt, void* y) {
  if (at->n != 1 || at->h != 1 || at->w != 1 || at->c != yt->c) return CUDNN_STATUS_BAD_PARAM;
  wait(handle->stream);
  for_each_value(*yt, [&](int n, int c, int h, int w) {
    plane(y, *yt, n, c)[h * yt->w + w] += static_cast<const float*>(a)[c];
  });
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnPoolingForward(cudnnHandle_t handle, const cudnnPoolingDescriptor_t p, const void*,
                                  const cudnnTensorDescriptor_t xt, const void* x, const void*,
                                  const cudnnTensorDescriptor_t yt, void* y) {
  if (yt->h != (xt->h + 2 * p->pad_h - p->h) / p->stride_h + 1 ||
      yt->w != (xt->w + 2 * p->pad_w - p->w) / p->stride_w + 1)
    return CUDNN_STATUS_BAD_PARAM;
  wait(handle->stream);
  for_each_value(*yt, [&](int n, int c, int h, int w) {
    plane(y, *yt, n, c)[h * yt->w + w] = static_cast<float>(pooled(*xt, plane(x, *xt, n, c), *p, h, w));
  });
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnActivationForward(cudnnHandle_t handle, cudnnActivationDescriptor_t a, const void*,
                                     const cudnnTensorDescriptor_t, const void* x, const void*,
                                     const cudnnTensorDescriptor_t yt, void* y) {
  wait(handle->stream);
  for (int i = 0; i < yt->n * yt->c * yt->h * yt->w; ++i)
    static_cast<float*>(y)[i] = static_cast<float>(activated(*a, double{static_cast<const float*>(x)[i]}));
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSoftmaxForward(cudnnHandle_t handle, cudnnSoftmaxAlgorithm_t algorithm,
                                  cudnnSoftmaxMode_t mode, const void*, const cudnnTensorDescriptor_t xt,
                                  const void* x, const void*, const cudnnTensorDescriptor_t, void* y) {
  if (mode != CUDNN_SOFTMAX_MODE_CHANNEL || xt->h != 1 || xt->w != 1) return CUDNN_STATUS_BAD_PARAM;
  wait(handle->stream);
  for (int n = 0; n < xt->n; ++n) {
    const float* in = plane(x, *xt, n, 0);
    double sum = 0;
    const double most = double{*std::max_element(in, in + xt->c)};
    for (int c = 0; c < xt->c; ++c) sum += std::exp(double{in[c]} - most);
    for (int c = 0; c < xt->c; ++c) {
      const double log = double{in[c]} - most - std::log(sum);
      plane(y, *xt, n, 0)[c] = static_cast<float>(algorithm == CUDNN_SOFTMAX_LOG ? log : std::exp(log));
    }
  }
  return CUDNN_STATUS_SUCCESS;
}

const char* cublasGetStatusString(cublasStatus_t) { return "CUBLAS_STATUS_OF_THE_FAKE"; }
cublasStatus_t cublasCreate_v2(cublasHandle_t* h) {
  *h = new cublasContext{};
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasDestroy_v2(cublasHandle_t h) {
  delete h;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetStream_v2(cublasHandle_t h, cudaStream_t stream) {
  h->stream = stream;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t, void* workspace, size_t bytes) {
  std::memset(workspace, 0xff, bytes);
  return CUBLAS_STATUS_SUCCESS;
}
// Column-major, as in the reference BLAS.
cublasStatus_t cublasSgemm_v2(cublasHandle_t handle, cublasOperation_t op_a, cublasOperation_t op_b, int m,
                              int n, int k, const float* alpha, const float* a, int lda, const float* b,
                              int ldb, const float* beta, float* c, int ldc) {
  if (lda < (op_a == CUBLAS_OP_N ? m : k) || ldb < (op_b == CUBLAS_OP_N ? k : n) || ldc < m || *beta != 0)
    return CUBLAS_STATUS_INVALID_VALUE;
  wait(handle->stream);
  for (int column = 0; column < n; ++column)
    for (int row = 0; row < m; ++row) {
      double sum = 0;
      for (int i = 0; i < k; ++i)
        sum += double{op_a == CUBLAS_OP_N ? a[i * lda + row] : a[row * lda + i]} *
               double{op_b == CUBLAS_OP_N ? b[column * ldb + i] : b[i * ldb + column]};
      c[column * ldc + row] = *alpha * static_cast<float>(sum);
    }
  return CUBLAS_STATUS_SUCCESS;
}

}  // extern "C"
