#include "formats/host/cuda_vendor/steps.h"

#include <array>
#include <utility>

#include "formats/host/cuda_vendor/descriptors.h"
#include "formats/layer_shape.h"
#include "runtime/graph.h"
#include "runtime/op.h"

namespace lentil::cuda_vendor {
namespace {

constexpr float kOne = 1, kZero = 0;
constexpr int kMostAlgorithms = 16;

int as_int(std::uint32_t value) { return static_cast<int>(value); }

bool does_nothing(const Layer& l) {
  return is_dropout(l.type) || l.type == LayerType::reshape ||
         (l.type == LayerType::flatten && l.order == FlattenOrder::chw);
}

bool is_even(const Padding& p) { return p.top == p.bottom && p.left == p.right; }

// Makes one step after the other.
class StepMaker {
 public:
  StepMaker(const Libraries& libraries, const StepOptions& options) : l_(libraries), options_(options) {}

  Outcome<VendorStep> make(const Layer& layer, const Shape& in, const Shape& out);

 private:
  using Run = std::function<std::optional<Failure>(const StepMemory&)>;

  Outcome<VendorStep> conv2d(const Layer&, const Shape& in, const Shape& out);
  Outcome<VendorStep> linear(const Layer&, const Shape& in, const Shape& out);
  Outcome<VendorStep> pool(cudnnPoolingMode_t, const Layer&, const Shape& in, const Shape& out);
  Outcome<VendorStep> activation(cudnnActivationMode_t, double coefficient, const Shape&);
  Outcome<VendorStep> softmax(cudnnSoftmaxAlgorithm_t, const Shape&);

  Outcome<VendorStep> done(const Descriptors& descriptors, Run run, bool in_place = false) const;
  cudnnStatus_t add_bias(const StepMemory& m, const Described<cudnnTensorDescriptor_t>& bias,
                         const Described<cudnnTensorDescriptor_t>& y) const;
  // A call of cuDNN whose failure is told.
  template <class Call>
  Run checked(const char* doing, Call call) const {
    return [&l = l_, doing, call](const StepMemory& m) -> std::optional<Failure> {
      const cudnnStatus_t status = call(m);
      if (status == CUDNN_STATUS_SUCCESS) return std::nullopt;
      return l.failure(doing, status);
    };
  }

  const Libraries& l_;
  StepOptions options_;
};

Outcome<VendorStep> StepMaker::done(const Descriptors& descriptors, Run run, bool in_place) const {
  if (descriptors.status() != CUDNN_STATUS_SUCCESS)
    return l_.failure("describing it to cuDNN", descriptors.status());
  VendorStep step{.in_place = in_place};
  step.run = std::move(run);
  return step;
}

cudnnStatus_t StepMaker::add_bias(const StepMemory& m, const Described<cudnnTensorDescriptor_t>& bias,
                                  const Described<cudnnTensorDescriptor_t>& y) const {
  if (m.bias == nullptr) return CUDNN_STATUS_SUCCESS;
  return l_.dnn().add(l_.dnn_handle(), &kOne, bias.get(), m.bias, &kOne, y.get(), m.y);
}

struct Algorithm {
  cudnnConvolutionFwdAlgo_t algorithm;
  std::size_t bytes;
};

// The fastest by cuDNN's own estimate that keeps to float32 and to the bytes; implicit GEMM always does.
struct Convolution {
  Described<cudnnTensorDescriptor_t> x, y, bias;
  Described<cudnnFilterDescriptor_t> filter;
  Described<cudnnConvolutionDescriptor_t> how;

  Algorithm choose(const Libraries& l, std::size_t most_bytes) const {
    std::array<cudnnConvolutionFwdAlgoPerf_t, kMostAlgorithms> found{};
    int count = 0;
    const cudnnStatus_t status = l.dnn().convolution_algorithms(
        l.dnn_handle(), x.get(), filter.get(), how.get(), y.get(), kMostAlgorithms, &count, found.data());
    for (int i = 0; status == CUDNN_STATUS_SUCCESS && i < count && i < kMostAlgorithms; ++i) {
      const auto& one = found[static_cast<std::size_t>(i)];
      if (one.status != CUDNN_STATUS_SUCCESS || one.mathType != CUDNN_FMA_MATH) continue;
      std::size_t bytes = 0;
      const cudnnStatus_t known = l.dnn().convolution_workspace(l.dnn_handle(), x.get(), filter.get(),
                                                                how.get(), y.get(), one.algo, &bytes);
      if (known == CUDNN_STATUS_SUCCESS && bytes <= most_bytes) return {one.algo, bytes};
    }
    return {CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0};
  }
};

Outcome<VendorStep> StepMaker::conv2d(const Layer& layer, const Shape& in, const Shape& out) {
  if (!is_even(layer.padding)) return Failure{"cuDNN pads both sides alike, and this one's differ"};
  Descriptors d(l_);
  const Convolution c{.x = d.tensor(options_.batch, in),
                      .y = d.tensor(options_.batch, out),
                      .bias = d.tensor(1, {out.channels, 1, 1}),
                      .filter = d.filter(layer),
                      .how = d.convolution(layer)};
  if (d.status() != CUDNN_STATUS_SUCCESS) return done(d, {});
  const Algorithm a = c.choose(l_, options_.most_workspace_bytes);
  auto step = done(d, checked("a convolution", [maker = *this, c, a](const StepMemory& m) {
                     const Libraries& l = maker.l_;
                     const cudnnStatus_t status = l.dnn().convolve(
                         l.dnn_handle(), &kOne, c.x.get(), m.x, c.filter.get(), m.weight, c.how.get(),
                         a.algorithm, m.workspace, a.bytes, &kZero, c.y.get(), m.y);
                     return status == CUDNN_STATUS_SUCCESS ? maker.add_bias(m, c.bias, c.y) : status;
                   }));
  if (step) step->workspace_bytes = a.bytes;
  return step;
}

// The weights, [out][in] in rows, are [in][out] in cuBLAS's columns; images are its columns.
Outcome<VendorStep> StepMaker::linear(const Layer& layer, const Shape&, const Shape& out) {
  Descriptors d(l_);
  const auto y = d.tensor(options_.batch, out), bias = d.tensor(1, {out.channels, 1, 1});
  const int outs = as_int(layer.out_features), ins = as_int(layer.in_features),
            images = as_int(options_.batch);
  return done(d, [maker = *this, y, bias, outs, ins, images](const StepMemory& m) -> std::optional<Failure> {
    const Libraries& l = maker.l_;
    const cublasStatus_t multiplied = l.blas().sgemm(l.blas_handle(), CUBLAS_OP_T, CUBLAS_OP_N, outs, images,
                                                     ins, &kOne, m.weight, ins, m.x, ins, &kZero, m.y, outs);
    if (multiplied != CUBLAS_STATUS_SUCCESS) return l.failure("a matrix product", multiplied);
    const cudnnStatus_t added = maker.add_bias(m, bias, y);
    if (added != CUDNN_STATUS_SUCCESS) return l.failure("adding a bias", added);
    return std::nullopt;
  });
}

Outcome<VendorStep> StepMaker::pool(cudnnPoolingMode_t mode, const Layer& layer, const Shape& in,
                                    const Shape& out) {
  if (!is_even(layer.padding) || layer.ceil_mode || layer.dilation != Extent{})
    return Failure{"cuDNN has no pools with uneven padding, ceil mode or dilation"};
  Descriptors d(l_);
  const auto x = d.tensor(options_.batch, in), y = d.tensor(options_.batch, out);
  const auto how = d.pooling(mode, layer);
  return done(d, checked("a pool", [&l = l_, x, y, how](const StepMemory& m) {
                return l.dnn().pool(l.dnn_handle(), how.get(), &kOne, x.get(), m.x, &kZero, y.get(), m.y);
              }));
}

Outcome<VendorStep> StepMaker::activation(cudnnActivationMode_t mode, double coefficient,
                                          const Shape& shape) {
  Descriptors d(l_);
  const auto values = d.tensor(options_.batch, shape);
  const auto how = d.activation(mode, coefficient);
  const auto call = [&l = l_, values, how](const StepMemory& m) {
    return l.dnn().activate(l.dnn_handle(), how.get(), &kOne, values.get(), m.x, &kZero, values.get(), m.y);
  };
  return done(d, checked("an activation", call), /*in_place=*/true);
}

Outcome<VendorStep> StepMaker::softmax(cudnnSoftmaxAlgorithm_t algorithm, const Shape& shape) {
  Descriptors d(l_);
  const auto values = d.tensor(options_.batch, {static_cast<std::uint32_t>(shape.count()), 1, 1});
  const auto call = [&l = l_, values, algorithm](const StepMemory& m) {
    return l.dnn().softmax(l.dnn_handle(), algorithm, CUDNN_SOFTMAX_MODE_CHANNEL, &kOne, values.get(), m.x,
                           &kZero, values.get(), m.y);
  };
  return done(d, checked("a softmax", call), /*in_place=*/true);
}

Outcome<VendorStep> StepMaker::make(const Layer& layer, const Shape& in, const Shape& out) {
  switch (layer.type) {
    case LayerType::conv2d:
      return conv2d(layer, in, out);
    case LayerType::linear:
      return linear(layer, in, out);
    case LayerType::max_pool2d:
      return pool(CUDNN_POOLING_MAX, layer, in, out);
    case LayerType::avg_pool2d:
      return pool(layer.count_include_pad ? CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING
                                          : CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING,
                  layer, in, out);
    case LayerType::relu:
      return activation(CUDNN_ACTIVATION_RELU, 0, out);
    case LayerType::sigmoid:
      return activation(CUDNN_ACTIVATION_SIGMOID, 0, out);
    case LayerType::tanh:
      return activation(CUDNN_ACTIVATION_TANH, 0, out);
    case LayerType::elu:
      return activation(CUDNN_ACTIVATION_ELU, static_cast<double>(layer.slope), out);
    case LayerType::softmax:
      return softmax(CUDNN_SOFTMAX_ACCURATE, out);
    case LayerType::log_softmax:
      return softmax(CUDNN_SOFTMAX_LOG, out);
    default:
      return Failure{
          "cuDNN and cuBLAS are used for convolutions, pools, linear layers, activations and softmax"};
  }
}

Failure of_layer(std::uint32_t index, const Layer& layer, const Failure& failure) {
  return Failure{"layer " + std::to_string(index) + " (" + find_op(layer.type)->name +
                 "): " + failure.message};
}

}  // namespace

Outcome<std::vector<VendorStep>> vendor_steps(const Libraries& libraries, const Model& model,
                                              const StepOptions& options) {
  StepMaker maker(libraries, options);
  std::vector<VendorStep> steps;
  Shape shape = model.input;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    if (input_count(layer) != 1 || layer_input(layer, i) != static_cast<std::int32_t>(i) - 1)
      return of_layer(i, layer, Failure{"only networks whose layers follow one after the other can be run"});
    const auto out = formats::layer_shape(layer, {&shape, 1});
    if (!out) return of_layer(i, layer, out.error());
    if (!does_nothing(layer)) {
      auto step = maker.make(layer, shape, *out);
      if (!step) return of_layer(i, layer, step.error());
      step->layer = i;
      step->values = out->count();
      steps.push_back(std::move(*step));
    }
    shape = *out;
  }
  return steps;
}

}  // namespace lentil::cuda_vendor
