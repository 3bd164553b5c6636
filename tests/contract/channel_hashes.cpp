// What runs channel by channel: sums over the batch, batch-norm, and arithmetic with tensors and constants.
#include "tests/contract/case_data.h"
#include "tests/contract/kernel_cases.h"

namespace lentil::contract {
namespace {

constexpr std::int32_t kImages = 19;
constexpr std::size_t kPlane = 37, kStride = 3 * kPlane;

// The middle one of three channels.
void sums(const kernels::KernelTable& table, Pieces pieces, const Report& report) {
  using kernels::ChannelTerm;
  const auto x = pieces.random(kImages * kStride, 61);
  const auto dy = pieces.random(kImages * kStride, 62);
  const float before = 0.3f;
  for (const auto& [term, name] :
       {std::pair{ChannelTerm::value, "value"}, std::pair{ChannelTerm::deviation, "deviation"},
        std::pair{ChannelTerm::normalized, "normalized"}, std::pair{ChannelTerm::negative, "negative"}}) {
    kernels::ChannelSum args{.x = x.data() + kPlane,
                             .dy = dy.data() + kPlane,
                             .stride = kStride,
                             .count = kPlane,
                             .images = kImages,
                             .term = term,
                             .mean = 0.1f,
                             .inverse = 1.7f};
    Hash hash;
    hash.add(table.channel_sum(args));
    args.before = &before;
    hash.add(table.channel_sum(args));
    report("channel_sum", name, hash.value());
  }
}

void normalize(const kernels::KernelTable& table, Pieces pieces, const Report& report) {
  const auto x = pieces.random(kStride, 63);
  const auto dy = pieces.random(kStride, 64);
  const auto y = pieces.results(kStride);
  const auto dx = pieces.results(kStride);
  table.normalize_forward({y.data(), x.data(), kStride, 0.1f, 1.7f, 0.9f, -0.2f});
  table.normalize_backward({dx.data(), dy.data(), x.data(), kStride, 0.1f, 1.7f, 1.53f, 0.03f, -0.07f});
  Hash forward, backward;
  forward.add(y);
  backward.add(dx);
  report("normalize_forward", "all", forward.value());
  report("normalize_backward", "all", backward.value());
}

void arithmetic(const kernels::KernelTable& table, Pieces pieces, const Report& report) {
  using kernels::Binary;
  const auto a = pieces.wide(kStride, 65, -20, 20);
  const auto b = pieces.wide(kStride, 66, -20, 20);
  const auto y = pieces.results(kStride);
  Hash affine;
  table.affine_forward({y.data(), a.data(), kStride, 0.7f, -1.3f});
  affine.add(y);
  report("affine_forward", "all", affine.value());
  for (const auto& [operation, name] :
       {std::pair{Binary::add, "add"}, std::pair{Binary::sub, "sub"}, std::pair{Binary::mul, "mul"}}) {
    Hash hash;
    table.binary_forward({y.data(), a.data(), b.data(), kStride, operation});
    hash.add(y);
    report("binary_forward", name, hash.value());
  }
}

}  // namespace

void channel_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report) {
  sums(table, Pieces(memory), report);
  normalize(table, Pieces(memory), report);
  arithmetic(table, Pieces(memory), report);
}

}  // namespace lentil::contract
