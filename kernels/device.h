// A device is a table of kernels. Kernels are single-threaded: whoever calls them splits the work.
#pragma once
#include <span>
#include <string_view>

#include "kernels/args.h"

namespace lentil::kernels {

// A program's own table may leave out kernels that its ops do not call (null), and `packed`.
struct KernelTable {
  const char* isa;
  bool has_fma = false;  // one instruction; where it is made of several, convolutions do not go row by row
  bool packed = false;   // takes packed weights: the goal fast needs it
  void (*conv2d_forward)(const Conv2dForward&) = nullptr;
  std::int32_t (*conv2d_events)(const ConvEvents&) = nullptr;  // returns how many
  void (*conv2d_backward_input)(const Conv2dBackwardInput&) = nullptr;
  void (*conv2d_backward_weight)(const Conv2dBackwardWeight&) = nullptr;
  void (*conv2d_backward_input_wide)(const Conv2dBackwardInputWide&) = nullptr;
  void (*conv2d_backward_weight_wide)(const Conv2dBackwardWeightWide&) = nullptr;
  void (*interleave)(const Interleave&) = nullptr;
  void (*deinterleave)(const Interleave&) = nullptr;
  void (*max_pool_forward)(const MaxPoolForward&) = nullptr;
  void (*max_pool_backward)(const MaxPoolBackward&) = nullptr;
  void (*avg_pool_forward)(const AvgPoolForward&) = nullptr;
  void (*avg_pool_backward)(const AvgPoolBackward&) = nullptr;
  void (*linear_forward)(const LinearForward&) = nullptr;
  void (*linear_backward_input)(const LinearBackwardInput&) = nullptr;
  void (*linear_backward_weight)(const LinearBackwardWeight&) = nullptr;
  void (*activation_forward)(const ActivationForward&) = nullptr;
  void (*activation_backward)(const ActivationBackward&) = nullptr;
  void (*affine_forward)(const AffineForward&) = nullptr;
  void (*binary_forward)(const BinaryForward&) = nullptr;
  float (*channel_sum)(const ChannelSum&) = nullptr;
  void (*normalize_forward)(const NormalizeForward&) = nullptr;
  void (*normalize_backward)(const NormalizeBackward&) = nullptr;
  void (*softmax_forward)(const SoftmaxForward&) = nullptr;
  void (*softmax_backward)(const SoftmaxBackward&) = nullptr;
  float (*cross_entropy)(const CrossEntropy&) = nullptr;  // returns the loss
  void (*sgd_update)(const SgdUpdate&) = nullptr;
  void (*pixels_forward)(const PixelsForward&) = nullptr;
  void (*fold_forward)(const FoldForward&) = nullptr;
  void (*fold_backward)(const FoldBackward&) = nullptr;
  // No network calls it: a measure of the processor, as many fused multiply-adds as it can do. The sum of all
  // chains, lane by lane, replaces the value whose square is added in each round; returns how many there
  // were.
  std::int64_t (*fma_chains)(std::int64_t rounds, float* value) = nullptr;
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
