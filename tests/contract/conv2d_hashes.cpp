#include "tests/contract/case_data.h"
#include "tests/contract/kernel_cases.h"

namespace lentil::contract {
namespace {

using kernels::ConvShape;

struct ConvCase {
  const char* name;
  ConvShape shape;
  std::int32_t argmax_bits = 2;
  bool bias = true, factor = false, relu = false;
};

constexpr kernels::Window kPool2{.height = 2, .width = 2, .stride_height = 2, .stride_width = 2};

constexpr ConvCase kCases[] = {
    {.name = "lenet_conv1",
     .shape = {.in_channels = 1,
               .out_channels = 10,
               .in = {28, 28},
               .map = {24, 24},
               .out = {12, 12},
               .kernel = {.height = 5, .width = 5},
               .pool = kPool2,
               .pooled = true},
     .relu = true},
    {.name = "lenet_conv2_dropout",
     .shape = {.in_channels = 10,
               .out_channels = 20,
               .in = {12, 12},
               .map = {8, 8},
               .out = {4, 4},
               .kernel = {.height = 5, .width = 5},
               .pool = kPool2,
               .pooled = true},
     .factor = true,
     .relu = true},
    {.name = "plain",
     .shape = {.in_channels = 3,
               .out_channels = 7,
               .in = {9, 11},
               .map = {7, 9},
               .out = {7, 9},
               .kernel = {.height = 3, .width = 3},
               .pool = {}}},
    {.name = "stride_and_four_sided_padding",
     .shape =
         {.in_channels = 2,
          .out_channels = 5,
          .in = {11, 8},
          .map = {7, 4},
          .out = {7, 4},
          .kernel = {.height = 3, .width = 2, .stride_height = 2, .stride_width = 3, .top = 1, .left = 2},
          .pool = {}},
     .bias = false,
     .relu = true},
    {.name = "dilation",
     .shape =
         {.in_channels = 2,
          .out_channels = 3,
          .in = {13, 12},
          .map = {9, 10},
          .out = {9, 10},
          .kernel = {.height = 3, .width = 2, .top = 1, .left = 1, .dilation_height = 3, .dilation_width = 4},
          .pool = {}}},
    {.name = "groups",
     .shape = {.in_channels = 6,
               .out_channels = 9,
               .groups = 3,
               .in = {7, 9},
               .map = {5, 7},
               .out = {2, 3},
               .kernel = {.height = 3, .width = 3},
               .pool = kPool2,
               .pooled = true},
     .bias = false,
     .factor = true},
    {.name = "pool_windows_overlap",
     .shape = {.in_channels = 2,
               .out_channels = 4,
               .in = {11, 9},
               .map = {9, 7},
               .out = {5, 4},
               .kernel = {.height = 3, .width = 3},
               .pool = {.height = 3, .width = 3, .stride_height = 2, .stride_width = 2, .top = 1, .left = 1},
               .pooled = true},
     .argmax_bits = 4},
    {.name = "wide_kernel_many_channels",
     .shape = {.in_channels = 1,
               .out_channels = 17,
               .in = {7, 53},
               .map = {7, 45},
               .out = {3, 22},
               .kernel = {.height = 3, .width = 9, .top = 1},
               .pool = kPool2,
               .pooled = true},
     .relu = true},
    {.name = "large_pool",
     .shape = {.in_channels = 1,
               .out_channels = 2,
               .in = {21, 17},
               .map = {15, 17},
               .out = {3, 4},
               .kernel = {.height = 7, .width = 1},
               .pool = {.height = 5, .width = 4, .stride_height = 5, .stride_width = 4},
               .pooled = true},
     .argmax_bits = 8},
};

std::size_t size(std::int32_t n) { return static_cast<std::size_t>(n); }
std::size_t plane(kernels::Plane p) { return size(p.height) * size(p.width); }

// All kernels of a convolution on one case, forward for one image, backward for two.
class ConvRun {
 public:
  ConvRun(const kernels::KernelTable& table, const ConvCase& c, std::span<std::byte> memory)
      : table_(table), case_(c), s_(c.shape), pieces_(memory) {}

  void report(const Report& to) {
    to("conv2d_forward_file_order", case_.name, forward(weight_, false));
    to("conv2d_forward_packed", case_.name, forward(packed_weight(), true));
    to("conv2d_events", case_.name, events());
    to("conv2d_backward_input", case_.name, backward_input());
    to("conv2d_backward_weight", case_.name, backward_weight());
  }

 private:
  std::int32_t group_inputs() const { return s_.in_channels / s_.groups; }
  std::int32_t group_outputs() const { return s_.out_channels / s_.groups; }
  std::size_t row() const { return size(group_inputs()) * size(s_.kernel.height * s_.kernel.width); }
  std::size_t argmax_bytes() const { return kernels::argmax_plane_bytes(plane(s_.out), case_.argmax_bits); }

  // [tap][output channel]
  std::span<const float> packed_weight() {
    const auto copy = pieces_.of<float>(weight_.size());
    const std::size_t outputs = size(s_.out_channels);
    for (std::size_t i = 0; i < weight_.size(); ++i) copy[i % row() * outputs + i / row()] = weight_[i];
    return copy;
  }

  bool is_dropped(std::size_t channel) const { return case_.factor && channel % 4 == 1; }

  std::uint64_t forward(std::span<const float> weight, bool packed) {
    const auto y = pieces_.results(size(s_.out_channels) * plane(s_.out));
    if (s_.pooled) argmax_ = pieces_.of<std::uint8_t>(size(s_.out_channels) * argmax_bytes());
    const auto factor = pieces_.of<float>(size(s_.out_channels));
    for (std::size_t o = 0; o < factor.size(); ++o) factor[o] = is_dropped(o) ? 0.0f : 1.0f / (1.0f - 0.3f);
    in_two_calls(1, s_.out_channels, [&](std::int32_t begin, std::int32_t end) {
      table_.conv2d_forward({.y = y.data(),
                             .argmax = {argmax_.data(), case_.argmax_bits},
                             .x = x_.data(),
                             .weight = weight.data(),
                             .bias = case_.bias ? bias_.data() : nullptr,
                             .factor = case_.factor ? factor.data() : nullptr,
                             .shape = s_,
                             .relu = case_.relu,
                             .packed = packed,
                             .channel_begin = begin,
                             .channel_end = end});
    });
    for (std::size_t i = 0; i < argmax_.size(); ++i) {
      if (is_dropped(i / argmax_bytes()))
        argmax_[i] = 0;  // nobody asks where a dropped channel's zeros are from
    }
    Hash hash;
    hash.add(y);
    hash.add(argmax_);
    return hash.value();
  }

  std::span<const kernels::ConvEvent> list(std::int32_t channel) {
    const std::int32_t count =
        table_.conv2d_events({.events = events_.data(),
                              .map = map_.data(),
                              .dy = dy_.data() + size(channel) * plane(s_.out),
                              .argmax = s_.pooled ? argmax_.data() + size(channel) * argmax_bytes() : nullptr,
                              .argmax_bits = case_.argmax_bits,
                              .map_size = s_.map,
                              .out = s_.out,
                              .pool = s_.pool});
    return events_.first(size(count));
  }

  std::uint64_t events() {
    Hash hash;
    for (std::int32_t o = 0; o < s_.out_channels; ++o) {
      for (const kernels::ConvEvent& event : list(o)) {
        hash.add(event.row);
        hash.add(event.column);
        hash.add(event.gradient);
      }
    }
    return hash.value();
  }

  std::uint64_t backward_input() {
    const auto dx = pieces_.of<float>(size(s_.in_channels) * plane(s_.in));
    for (float& value : dx) value = 0;
    for (std::int32_t o = 0; o < s_.out_channels; ++o) {
      const auto listed = list(o);
      in_two_calls(1, group_inputs(), [&](std::int32_t begin, std::int32_t end) {
        const std::int32_t first = o / group_outputs() * group_inputs() + begin;
        table_.conv2d_backward_input({dx.data() + size(first) * plane(s_.in),
                                      weight_.data() + size(o) * row(), listed.data(),
                                      static_cast<std::int32_t>(listed.size()), s_, begin, end});
      });
    }
    Hash hash;
    hash.add(dx);
    return hash.value();
  }

  std::uint64_t backward_weight() {
    const auto dweight = pieces_.results(row());
    Hash hash;
    for (std::int32_t o = 0; o < s_.out_channels; ++o) {
      const auto listed = list(o);
      for (const std::size_t image : {0u, 1u}) {
        in_two_calls(1, group_inputs(), [&](std::int32_t begin, std::int32_t end) {
          const std::int32_t first = o / group_outputs() * group_inputs() + begin;
          const float* x = x_.data() + (image * size(s_.in_channels) + size(first)) * plane(s_.in);
          float* part = dweight.data() + row() / size(group_inputs()) * size(begin);
          table_.conv2d_backward_weight(
              {part, x, listed.data(), static_cast<std::int32_t>(listed.size()), s_, begin, end, image > 0});
        });
      }
      hash.add(dweight);
    }
    return hash.value();
  }

  const kernels::KernelTable& table_;
  const ConvCase& case_;
  const ConvShape& s_;
  Pieces pieces_;
  std::span<const float> x_ = pieces_.random(2 * size(s_.in_channels) * plane(s_.in), 1);
  std::span<const float> weight_ = pieces_.random(size(s_.out_channels) * row(), 2);
  std::span<const float> bias_ = pieces_.random(size(s_.out_channels), 3);
  std::span<const float> dy_ = pieces_.sparse(size(s_.out_channels) * plane(s_.out), 4);
  std::span<kernels::ConvEvent> events_ = pieces_.of<kernels::ConvEvent>(plane(s_.map) + 1);
  std::span<float> map_ = pieces_.results(plane(s_.map));
  std::span<std::uint8_t> argmax_;
};

}  // namespace

void conv2d_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report) {
  for (const ConvCase& c : kCases) ConvRun(table, c, memory).report(report);
}

}  // namespace lentil::contract
