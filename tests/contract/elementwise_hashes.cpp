// Activations, pixels, softmax, loss, update, learning rates and folding.
#include "runtime/schedule.h"
#include "tests/contract/case_data.h"
#include "tests/contract/kernel_cases.h"

namespace lentil::contract {
namespace {

using kernels::Activation;

constexpr std::size_t kCount = 1037;

std::int32_t i32(std::size_t n) { return static_cast<std::int32_t>(n); }

void activation(const kernels::KernelTable& table, Pieces pieces, Activation kind, const char* name,
                const Report& report, float slope = 0) {
  const auto y = pieces.wide(kCount, 31, -126, 7);
  const auto d = pieces.wide(kCount, 32, -40, 3);
  table.activation_forward({y.data(), kCount, kind, slope});
  table.activation_backward({d.data(), y.data(), kCount, kind, slope});
  Hash forward, backward;
  forward.add(y);
  backward.add(d);
  report("activation_forward", name, forward.value());
  report("activation_backward", name, backward.value());
}

void pixels(const kernels::KernelTable& table, Pieces pieces, const Report& report) {
  const auto all = pieces.of<std::uint8_t>(261);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
  const auto y = pieces.results(all.size());
  table.pixels_forward({y.data(), all.data(), static_cast<std::int64_t>(all.size()),
                        1.0f / (255.0f * 0.3081f), -(0.1307f / 0.3081f)});
  Hash hash;
  hash.add(y);
  report("pixels_forward", "all", hash.value());
}

void fold(const kernels::KernelTable& table, Pieces pieces, std::size_t channels, std::size_t taps,
          const char* name, const Report& report) {
  const auto weight = pieces.random(channels * taps, 33);
  const auto scale = pieces.random(channels, 34);
  const auto shift = pieces.random(channels, 35);
  const auto folded = pieces.results(channels * taps + 1);
  const auto dweight = pieces.of<float>(channels * taps);
  for (std::size_t i = 0; i < dweight.size(); ++i) dweight[i] = 3 * weight[dweight.size() - 1 - i];
  table.fold_forward({folded.data(), folded.data() + channels * taps, weight.data(), 0.625f, scale.data(),
                      shift.data(), i32(channels), i32(taps)});
  table.fold_backward({dweight.data(), -1.375f, scale.data(), shift.data(), i32(channels), i32(taps)});
  Hash forward, backward;
  forward.add(folded);
  backward.add(dweight);
  report("fold_forward", name, forward.value());
  report("fold_backward", name, backward.value());
}

struct SoftmaxCase {
  const char* name;
  std::size_t count;
  std::int32_t exponent;  // of the largest values
};
constexpr SoftmaxCase kSoftmaxes[] = {{"two", 2, 0}, {"ten", 10, 2}, {"wide_37", 37, 7}};

void softmax(const kernels::KernelTable& table, Pieces pieces, const SoftmaxCase& c, bool log,
             const Report& report) {
  const auto x = pieces.wide(c.count, 41, c.exponent - 4, c.exponent);
  const auto dy = pieces.random(c.count, 42);
  const auto y = pieces.results(c.count);
  const auto dx = pieces.results(c.count);
  table.softmax_forward({y.data(), x.data(), i32(c.count), log});
  table.softmax_backward({dx.data(), dy.data(), y.data(), i32(c.count), log});
  Hash forward, backward;
  forward.add(y);
  backward.add(dx);
  report(log ? "log_softmax_forward" : "softmax_forward", c.name, forward.value());
  report(log ? "log_softmax_backward" : "softmax_backward", c.name, backward.value());
}

void cross_entropy(const kernels::KernelTable& table, Pieces pieces, const SoftmaxCase& c, float smoothing,
                   const Report& report) {
  const auto x = pieces.wide(c.count, 43, c.exponent - 4, c.exponent);
  const auto d = pieces.results(c.count);
  Hash hash;
  for (std::int32_t label = 0; label < i32(c.count); ++label) {
    hash.add(table.cross_entropy({d.data(), x.data(), i32(c.count), label, 1.0f / 3.0f, smoothing}));
    hash.add(d);
  }
  report(smoothing > 0 ? "cross_entropy_smoothed" : "cross_entropy", c.name, hash.value());
}

struct SgdCase {
  const char* name;
  float momentum, weight_decay;
  bool nesterov = false, velocity = true;
};
constexpr SgdCase kSgds[] = {{"plain", 0, 0},
                             {"no_velocity", 0, 0.01f, false, false},
                             {"momentum", 0.9f, 0},
                             {"momentum_decay", 0.5f, 0.001f},
                             {"nesterov", 0.9f, 0, true},
                             {"nesterov_decay", 0.9f, 0.02f, true}};

// Gradients reach down to where velocities become subnormal.
void sgd(const kernels::KernelTable& table, Pieces pieces, const SgdCase& c, const Report& report) {
  const auto weight = pieces.wide(133, 51, -8, 0);
  const auto velocity = pieces.of<float>(133);
  for (float& v : velocity) v = 0;
  for (std::uint32_t step = 0; step < 3; ++step) {
    const auto gradient = pieces.wide(133, 52 + step, -126, 0);
    table.sgd_update({weight.data(), c.velocity ? velocity.data() : nullptr, gradient.data(), 133, 0.05f,
                      c.momentum, c.weight_decay, c.nesterov});
  }
  Hash hash;
  hash.add(weight);
  hash.add(velocity);
  report("sgd_update", c.name, hash.value());
}

// No kernel, but every machine has to see the same rates.
void schedule(Schedule::Kind kind, const char* name, const Report& report) {
  constexpr std::uint64_t kSteps = 1000, kStepsPerEpoch = 50;
  Hash hash;
  for (std::uint64_t step = 0; step < kSteps; ++step) {
    const Sgd sgd = scheduled({.kind = kind, .step_size = 3, .min_rate = 0.001f},
                              {.rate = 0.05f, .momentum = 0.9f}, {step, kSteps, kStepsPerEpoch});
    hash.add(sgd.rate);
    hash.add(sgd.momentum);
  }
  report("schedule", name, hash.value());
}

}  // namespace

void elementwise_hashes(const kernels::KernelTable& table, std::span<std::byte> memory,
                        const Report& report) {
  const Pieces pieces(memory);
  activation(table, pieces, Activation::none, "none", report);
  activation(table, pieces, Activation::relu, "relu", report);
  activation(table, pieces, Activation::sigmoid, "sigmoid", report);
  activation(table, pieces, Activation::tanh, "tanh", report);
  activation(table, pieces, Activation::leaky_relu, "leaky_relu", report, 0.01f);
  activation(table, pieces, Activation::elu, "elu", report, 0.9f);
  pixels(table, pieces, report);
  fold(table, pieces, 1, 25, "1x25", report);
  fold(table, pieces, 3, 9, "3x9", report);
}

void softmax_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report) {
  for (const SoftmaxCase& c : kSoftmaxes) {
    softmax(table, Pieces(memory), c, false, report);
    softmax(table, Pieces(memory), c, true, report);
    for (const float smoothing : {0.0f, 0.1f}) cross_entropy(table, Pieces(memory), c, smoothing, report);
  }
}

void sgd_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report) {
  for (const SgdCase& c : kSgds) sgd(table, Pieces(memory), c, report);
  schedule(Schedule::Kind::step, "step", report);
  schedule(Schedule::Kind::cosine, "cosine", report);
  schedule(Schedule::Kind::one_cycle, "one_cycle", report);
}

}  // namespace lentil::contract
