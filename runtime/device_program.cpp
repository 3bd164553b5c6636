// From a plan's steps to those of the CUDA kernels.
#include "runtime/device_program.h"

#include <algorithm>
#include <new>

#include "runtime/device_program_notes.h"
#include "runtime/op.h"
#include "runtime/ops/conv2d_parts.h"
#include "runtime/plan_notes.h"

namespace lentil {
namespace {

using cuda::StepKind;

// Where things lie in the caller's bytes: the program and its steps, the places of tensors, the intervals
// (two for each tensor, one for a map), and the plan.
struct Layout {
  std::size_t places, intervals, plan, bytes;
  explicit Layout(const Model& model) {
    const std::size_t steps = most_steps(model) + 1, tensors = steps + 1;
    places = sizeof(cuda::Program) + steps * sizeof(cuda::Step);
    intervals = places + tensors * sizeof(DevicePlace);
    plan = static_cast<std::size_t>(
        round_up(intervals + (2 * tensors + steps) * sizeof(Interval), alignof(std::max_align_t)));
    bytes = plan + plan_memory_bytes(model);
  }
};

cuda::Volume volume(const Shape& s) {
  return {static_cast<std::int32_t>(s.channels), static_cast<std::int32_t>(s.height),
          static_cast<std::int32_t>(s.width)};
}

StepKind kind_of(const Step& step, const Layer& layer) {
  switch (step.type) {
    case LayerType::conv2d:
      return StepKind::conv2d;
    case LayerType::linear:
      return StepKind::linear;
    case LayerType::max_pool2d:
      return StepKind::max_pool2d;
    case LayerType::avg_pool2d:
    case LayerType::global_avg_pool2d:
      return StepKind::avg_pool2d;
    case LayerType::batch_norm1d:
    case LayerType::batch_norm2d:
      return StepKind::batch_norm;
    case LayerType::prelu:
      return StepKind::prelu;
    case LayerType::softmax:
      return StepKind::softmax;
    case LayerType::log_softmax:
      return StepKind::log_softmax;
    case LayerType::flatten:
      return StepKind::flatten_hwc;
    case LayerType::add:
    case LayerType::sub:
    case LayerType::mul:
      return layer.has_constant() ? StepKind::constant : StepKind::binary;
    default:
      return StepKind::copy;
  }
}

std::uint32_t flags_of(const Step& step) {
  std::uint32_t flags = 0;
  const auto carry = [&](StepFlag from, cuda::StepFlag to) {
    if (step.has(from)) flags |= to;
  };
  carry(kTrained, cuda::kTrained);
  carry(kBackward, cuda::kBackward);
  carry(kAddsGradient, cuda::kAddsGradient);
  carry(kAddsSecondGradient, cuda::kAddsSecondGradient);
  carry(kInferenceOnly, cuda::kInferenceOnly);
  carry(kFolded, cuda::kFoldsPixels);
  if (step.batch_norm != kNoIndex) flags |= cuda::kFoldsBatchNorm;
  return flags;
}

// A step that does nothing yet.
cuda::Step empty_step() {
  cuda::Step s{};
  for (std::uint32_t* offset :
       {&s.x, &s.second, &s.y, &s.dx, &s.second_dx, &s.dy, &s.map_gradient, &s.argmax, &s.weight, &s.bias,
        &s.prepared, &s.batch_norm, &s.gradient, &s.statistics, &s.dropout_layer})
    *offset = cuda::kNone;
  return s;
}

class Maker {
 public:
  Maker(const Model& model, const Plan& plan, std::byte* memory, const Layout& at)
      : notes_{model,
               plan,
               *new (memory) cuda::Program{},
               {reinterpret_cast<cuda::Step*>(memory + sizeof(cuda::Program)), 0},
               {reinterpret_cast<DevicePlace*>(memory + at.places), plan.tensor_count},
               {reinterpret_cast<Interval*>(memory + at.intervals),
                (at.plan - at.intervals) / sizeof(Interval)}} {
    notes_.steps = {notes_.steps.data(), plan.step_count + 1u - notes_.plan_begin()};
    for (cuda::Step& step : notes_.steps) new (&step) cuda::Step(empty_step());
    for (DevicePlace& place : notes_.places) new (&place) DevicePlace;
  }

  Result<const cuda::Program*> make() {
    notes_.steps[0].kind = StepKind::input;
    notes_.steps[0].flags = normalizes() ? std::uint32_t{cuda::kNormalizes} : 0u;
    notes_.steps[0].in = notes_.steps[0].out = volume(notes_.model.input);
    for (std::size_t s = 1; s < notes_.steps.size(); ++s) {
      const Step& planned = notes_.planned(s);
      describe(notes_.steps[s], planned);
    }
    if (const Error error = place_tensors(notes_); error.status != Status::ok) return error;
    std::uint64_t gradients = 0;
    for (std::size_t s = 0; s < notes_.steps.size(); ++s) connect(s, gradients);
    if (gradients > 0x3fffffff) return Error{Status::tensor_too_large};
    finish(static_cast<std::uint32_t>(gradients));
    return &notes_.program;
  }

 private:
  const Shape& shape_of(std::uint16_t tensor) const { return notes_.plan.tensors()[tensor].shape; }
  bool normalizes() const {
    return notes_.plan.input == InputType::uint8 && notes_.plan.steps()[0].has(kNormalizes);
  }

  // What a step does, without where.
  void describe(cuda::Step& s, const Step& planned) const {
    const Layer layer = notes_.model.layer(planned.layer);
    s.kind = kind_of(planned, layer);
    s.activation = planned.activation;
    s.operation = planned.type == LayerType::add   ? kernels::Binary::add
                  : planned.type == LayerType::sub ? kernels::Binary::sub
                                                   : kernels::Binary::mul;
    s.flags = flags_of(planned);
    s.in = volume(shape_of(planned.input));
    s.out = planned.type == LayerType::concat ? s.in : volume(shape_of(planned.output));
    s.epsilon = layer.epsilon;
    s.momentum = layer.momentum;
    if (planned.activation_layer != kNoIndex) s.slope = notes_.model.layer(planned.activation_layer).slope;
    if (planned.dropout != kNoIndex) describe_dropout(s, planned.dropout);
    describe_windows(s, planned, layer);
    describe_parameters(s, planned, layer);
  }
  void describe_dropout(cuda::Step& s, std::uint16_t index) const {
    const Layer dropout = notes_.model.layer(index);
    s.dropout_layer = index;
    s.rate = dropout.rate;
    if (dropout.type == LayerType::dropout2d) s.flags |= cuda::kDropsChannels;
  }
  void describe_windows(cuda::Step& s, const Step& planned, const Layer& layer) const {
    const Shape &in = shape_of(planned.input), &out = shape_of(planned.output);
    const bool pooled = planned.pool != kNoIndex;
    const Layer pool = pooled ? notes_.model.layer(planned.pool) : Layer{};
    if (s.kind == StepKind::conv2d) {
      s.conv = conv2d::conv_shape(layer, pool, pooled, in, out);
      s.group_inputs = s.conv.in_channels / s.conv.groups;
      s.group_outputs = s.conv.out_channels / s.conv.groups;
    }
    if (s.kind == StepKind::avg_pool2d) s.pool = average_windows(layer, in, out);
    if (s.kind == StepKind::max_pool2d)
      s.pool = {.in = plane_of(in), .out = plane_of(out), .window = kernel_window(layer)};
  }
  void describe_parameters(cuda::Step& s, const Step& planned, const Layer& layer) const {
    if (!layer.tensor(Slot::weight).empty() && s.kind != StepKind::copy)
      s.weight = device_parameter(notes_.model, planned.layer, Slot::weight);
    if (!layer.tensor(Slot::bias).empty()) s.bias = device_parameter(notes_.model, planned.layer, Slot::bias);
    s.parameters = layer.out_features;
    if (planned.batch_norm == kNoIndex) return;
    s.batch_norm = device_parameter(notes_.model, planned.batch_norm, Slot::weight);
    s.epsilon = notes_.model.layer(planned.batch_norm).epsilon;
  }

  // Where the step finds its values, gradients and rows.
  void connect(std::size_t index, std::uint64_t& gradients) {
    cuda::Step& s = notes_.steps[index];
    if (index == 0) {
      s.y = notes_.places[notes_.input_tensor()].value;
      return;
    }
    const Step& planned = notes_.planned(index);
    const DevicePlace &in = notes_.places[planned.input], &out = notes_.places[planned.output];
    const std::uint32_t part = first_value(index);
    s.x = in.value;
    s.y = out.value + part;
    if (planned.has(kBackward)) {
      s.dx = in.gradient;
      s.dy = out.gradient + part;
    }
    if (planned.second_input != kNoIndex) {
      s.second = notes_.places[planned.second_input].value;
      if (planned.has(kBackward)) s.second_dx = notes_.places[planned.second_input].gradient;
    }
    connect_parameters(s, gradients);
  }
  void connect_parameters(cuda::Step& s, std::uint64_t& gradients) {
    cuda::Program& program = notes_.program;
    const bool folded = (s.flags & (cuda::kFoldsPixels | cuda::kFoldsBatchNorm)) != 0;
    const bool trained = (s.flags & cuda::kTrained) != 0;
    if (!folded && !trained) return;
    s.first_row = program.rows;
    s.rows = s.parameters;
    program.rows += s.rows;
    const std::size_t row = s.kind == StepKind::conv2d ? row_length(s) + 1 : 1;
    if (folded) {
      s.prepared = program.prepared;
      program.prepared += static_cast<std::uint32_t>(s.rows * row);
    }
    if (!trained) return;
    s.gradient = static_cast<std::uint32_t>(gradients);
    if (s.kind == StepKind::batch_norm) {
      s.flags |= cuda::kLearnsStatistics;
      s.statistics = program.statistics;
      program.statistics += cuda::kStatistics * s.parameters;
    }
    const std::size_t values = static_cast<std::size_t>(s.in.channels) *
                               static_cast<std::size_t>(s.in.height) * static_cast<std::size_t>(s.in.width);
    gradients += s.kind == StepKind::linear ? values + s.rows : s.rows * row;
  }
  static std::size_t row_length(const cuda::Step& s) {
    return static_cast<std::size_t>(s.group_inputs) * static_cast<std::size_t>(s.conv.kernel.height) *
           static_cast<std::size_t>(s.conv.kernel.width);
  }
  // Values before those of a step in a tensor that several steps write, part by part.
  std::uint32_t first_value(std::size_t index) const {
    std::size_t first = 0;
    for (std::size_t s = 1; s < index; ++s) {
      if (notes_.planned(s).output == notes_.planned(index).output)
        first += shape_of(notes_.planned(s).input).count();
    }
    return static_cast<std::uint32_t>(first);
  }

  void finish(std::uint32_t gradients) {
    cuda::Program& p = notes_.program;
    const Plan& plan = notes_.plan;
    p.bytes = static_cast<std::uint32_t>(sizeof(cuda::Program) + notes_.steps.size() * sizeof(cuda::Step));
    p.step_count = static_cast<std::uint32_t>(notes_.steps.size());
    p.inputs = static_cast<std::uint32_t>(notes_.model.input.count());
    p.outputs = static_cast<std::uint32_t>(shape_of(plan.output).count());
    p.parameters = device_parameter(notes_.model, notes_.model.layer_count, Slot::weight);
    p.gradients = gradients;
    p.output = notes_.places[plan.output].value;
    p.loss_input = notes_.places[plan.loss_input].value;
    p.loss_gradient = notes_.places[plan.loss_input].gradient;
    p.loss_count = static_cast<std::uint32_t>(shape_of(plan.loss_input).count());
    p.loss = plan.loss == Loss::nll   ? cuda::LossKind::nll
             : plan.loss == Loss::mse ? cuda::LossKind::mse
                                      : cuda::LossKind::cross_entropy;
    p.input = plan.input == InputType::uint8 ? cuda::InputKind::uint8 : cuda::InputKind::float32;
    p.trains = plan.mode == Mode::train ? 1 : 0;
    p.label_smoothing = plan.label_smoothing;
    for (std::uint32_t c = 0; c < std::min<std::uint32_t>(notes_.model.input.channels, 4); ++c) {
      p.pixel_scale[c] = pixel_scale(notes_.model, c);
      p.pixel_shift[c] = pixel_shift(notes_.model, c);
    }
  }

  DeviceNotes notes_;
};

}  // namespace

std::size_t device_program_memory_bytes(const Model& model) { return Layout(model).bytes; }

std::uint32_t device_parameter(const Model& model, std::uint32_t layer, Slot slot) {
  std::size_t first = 0;
  for (std::uint32_t i = 0; i < model.layer_count && i <= layer; ++i) {
    const Layer l = model.layer(i);
    for (std::size_t s = 0; s < kSlots && (i < layer || s < static_cast<std::size_t>(slot)); ++s)
      first += l.tensors[s].size();
  }
  return static_cast<std::uint32_t>(first);
}

Result<const cuda::Program*> device_program(const Model& model, const PlanOptions& options,
                                            std::span<std::byte> memory) {
  const std::size_t steps = most_steps(model);
  if (steps > kMostSteps - 1) return Error{Status::too_many_layers, 0, kMostSteps - 1, steps};
  const Layout at(model);
  if (memory.size() < at.bytes) return Error{Status::plan_memory_too_small, 0, at.bytes, memory.size()};
  const auto misaligned = reinterpret_cast<std::uintptr_t>(memory.data()) % alignof(std::max_align_t);
  if (misaligned != 0) return Error{Status::arena_misaligned, 0, alignof(std::max_align_t), misaligned};
  PlanOptions planned = options;
  planned.goal = Goal::small;  // no packed copies of weights
  planned.batch = 2;           // of more than one: gradients have places of their own
  planned.threads = 1;
  planned.accumulate = false;
  planned.rolling = false;
  const auto made = plan(model, planned, memory.subspan(at.plan));
  if (!made) return made.error();
  return Maker(model, **made, memory.data(), at).make();
}

}  // namespace lentil
