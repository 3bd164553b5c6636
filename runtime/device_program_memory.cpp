// The image's own memory: forward steps run at times 0, 1, ..., the loss after them, backward steps in
// reverse; what does not live at the same time may share its place.
#include <algorithm>

#include "runtime/device_program_notes.h"
#include "runtime/op.h"

namespace lentil {
namespace {

constexpr std::uint64_t kFloatAlignment = 4;
constexpr std::uint64_t kMostFloats = 0x3fffffff;

struct Life {
  std::size_t value_first, value_last;
  std::size_t gradient_first, gradient_last;
  bool has_gradient;
};

std::size_t loss_time(const DeviceNotes& n) { return n.steps.size(); }
std::size_t backward_time(const DeviceNotes& n, std::size_t step) { return 2 * n.steps.size() - step; }

// The first step that writes a tensor.
std::size_t producer_of(const DeviceNotes& n, std::size_t tensor) {
  std::size_t s = 1;
  while (s < n.steps.size() && n.planned(s).output != tensor) ++s;
  return s < n.steps.size() ? s : 0;
}

bool reads_input(const Step& reader) {
  const ReadsInput reads = op_of(reader).reads_input;
  return (reads == ReadsInput::when_trained && reader.has(kTrained)) ||
         (reads == ReadsInput::always && reader.has(kBackward));
}

Life life_of(const DeviceNotes& n, std::size_t tensor) {
  const std::size_t made = producer_of(n, tensor), back = backward_time(n, made);
  const bool backward = made > 0 && n.planned(made).has(kBackward);
  Life life{made, made, back, back, backward};
  const bool to_loss = n.plan.mode == Mode::train && tensor == n.plan.loss_input;
  if (to_loss || tensor == n.plan.output) life.value_last = loss_time(n);
  if (to_loss) life.gradient_first = loss_time(n);
  for (std::size_t s = made + 1; s < n.steps.size(); ++s) {
    const Step& reader = n.planned(s);
    if (reader.input != tensor && reader.second_input != tensor) continue;
    life.value_last = std::max(life.value_last, reads_input(reader) ? backward_time(n, s) : s);
    if (reader.has(kBackward)) life.gradient_first = std::min(life.gradient_first, backward_time(n, s));
  }
  if (!backward) return life;
  const Step& producer = n.planned(made);
  if (producer.activation != kernels::Activation::none || op_of(producer).reads_output)
    life.value_last = std::max(life.value_last, back);
  return life;
}

class Placement {
 public:
  explicit Placement(DeviceNotes& notes) : notes_(notes) {}

  // Floats from one time to another; their offset will be written to `target`.
  void add(std::uint64_t floats, std::size_t first, std::size_t last, std::uint32_t& target) {
    floats = round_up(floats, kFloatAlignment);
    fits_ = fits_ && floats <= kMostFloats;
    const auto* base = reinterpret_cast<const std::byte*>(&notes_.program);
    const auto at = static_cast<std::uint32_t>(reinterpret_cast<const std::byte*>(&target) - base);
    notes_.intervals[count_++] = {static_cast<std::uint32_t>(floats), static_cast<std::uint16_t>(first),
                                  static_cast<std::uint16_t>(last), 0, at};
  }
  // The end of the highest one; 0 if there is not so much memory.
  std::uint64_t place() {
    const std::span<Interval> intervals = notes_.intervals.first(count_);
    const std::uint64_t end = fits_ ? place_intervals(intervals, 0) : 0;
    auto* base = reinterpret_cast<std::byte*>(&notes_.program);
    for (const Interval& interval : intervals)
      *reinterpret_cast<std::uint32_t*>(base + interval.target) = interval.offset;
    return end;
  }

 private:
  DeviceNotes& notes_;
  std::size_t count_ = 0;
  bool fits_ = true;
};

}  // namespace

Error place_tensors(DeviceNotes& n) {
  Placement placement(n);
  for (std::size_t t = n.input_tensor(); t < n.places.size(); ++t) {
    const Life life = life_of(n, t);
    const std::size_t floats = n.plan.tensors()[t].shape.count();
    placement.add(floats, life.value_first, life.value_last, n.places[t].value);
    if (life.has_gradient)
      placement.add(floats, life.gradient_first, life.gradient_last, n.places[t].gradient);
  }
  std::uint64_t argmax = 0;
  for (std::size_t s = 1; s < n.steps.size(); ++s) {
    cuda::Step& step = n.steps[s];
    const kernels::ConvShape& conv = step.conv;
    const bool backward = n.planned(s).has(kBackward);
    const bool pools = step.kind == cuda::StepKind::conv2d && conv.pooled;
    if (pools && backward) {
      const std::size_t map =
          static_cast<std::size_t>(conv.map.height) * static_cast<std::size_t>(conv.map.width);
      const std::size_t back = backward_time(n, s);
      placement.add(map * static_cast<std::size_t>(conv.out_channels), back, back, step.map_gradient);
    }
    if (!backward || (!pools && step.kind != cuda::StepKind::max_pool2d)) continue;
    step.argmax = static_cast<std::uint32_t>(argmax);
    argmax += n.plan.tensors()[n.planned(s).output].shape.count();
  }
  const std::uint64_t floats = placement.place();
  const std::uint64_t bytes = round_up(floats * sizeof(float) + argmax, 16);
  if (floats == 0 || bytes > 0xffffffffu) return {Status::tensor_too_large};
  n.program.image_floats = static_cast<std::uint32_t>(floats);
  n.program.image_bytes = static_cast<std::uint32_t>(bytes);
  return {};
}

}  // namespace lentil
