// A device is a table of kernels. Kernels are single-threaded: whoever calls them splits the work.
#pragma once
#include <span>
#include <string_view>

#include "kernels/args.h"

namespace lentil::kernels {

struct KernelTable {
  const char* isa;
  bool has_fma;  // one instruction; where it is made of several, convolutions do not go row by row
  void (*conv2d_forward)(const Conv2dForward&);
  std::int32_t (*conv2d_events)(const ConvEvents&);  // returns how many
  void (*conv2d_backward_input)(const Conv2dBackwardInput&);
  void (*conv2d_backward_weight)(const Conv2dBackwardWeight&);
  void (*conv2d_backward_input_wide)(const Conv2dBackwardInputWide&);
  void (*conv2d_backward_weight_wide)(const Conv2dBackwardWeightWide&);
  void (*interleave)(const Interleave&);
  void (*deinterleave)(const Interleave&);
  void (*max_pool_forward)(const MaxPoolForward&);
  void (*max_pool_backward)(const MaxPoolBackward&);
  void (*avg_pool_forward)(const AvgPoolForward&);
  void (*avg_pool_backward)(const AvgPoolBackward&);
  void (*linear_forward)(const LinearForward&);
  void (*linear_backward_input)(const LinearBackwardInput&);
  void (*linear_backward_weight)(const LinearBackwardWeight&);
  void (*activation_forward)(const ActivationForward&);
  void (*activation_backward)(const ActivationBackward&);
  void (*affine_forward)(const AffineForward&);
  void (*binary_forward)(const BinaryForward&);
  float (*channel_sum)(const ChannelSum&);
  void (*normalize_forward)(const NormalizeForward&);
  void (*normalize_backward)(const NormalizeBackward&);
  void (*softmax_forward)(const SoftmaxForward&);
  void (*softmax_backward)(const SoftmaxBackward&);
  float (*cross_entropy)(const CrossEntropy&);  // returns the loss
  void (*sgd_update)(const SgdUpdate&);
  void (*pixels_forward)(const PixelsForward&);
  void (*fold_forward)(const FoldForward&);
  void (*fold_backward)(const FoldBackward&);
  // No network calls it: a measure of the processor, as many fused multiply-adds as it can do. The sum of all
  // chains, lane by lane, replaces the value whose square is added in each round; returns how many there
  // were.
  std::int64_t (*fma_chains)(std::int64_t rounds, float* value);
};

// One instruction set that the kernels were compiled for.
struct Isa {
  std::string_view name;
  const KernelTable* table;
  bool (*supported)();  // by this processor
};

// All that are compiled in, best first; the last one runs everywhere.
std::span<const Isa> isas();

enum class IsaChoice : std::uint8_t { ok, unknown, unsupported };

// The best supported one, or the one that the environment variable LENTIL_ISA names.
struct CpuKernels {
  const KernelTable* table = nullptr;  // null unless choice is ok
  IsaChoice choice = IsaChoice::ok;
  std::string_view requested;  // what LENTIL_ISA said; empty: nothing
};
CpuKernels cpu();
// The same for a name given in code; "" takes the best.
CpuKernels cpu(std::string_view isa);

}  // namespace lentil::kernels
