// plan(): shapes, steps, lifetimes, offsets. Writes its result and its notes into the caller's bytes.
#include <algorithm>
#include <cassert>
#include <cstring>

#include "runtime/graph.h"
#include "runtime/intervals.h"
#include "runtime/op.h"

namespace lentil {
namespace {

constexpr std::uint64_t kMostElements = (1u << 31) - 1;
constexpr std::uint32_t kLongestSide = 32767;      // backward events hold rows and columns in 16 bits
constexpr std::uint32_t kMostThreads = 1024;
constexpr std::uint32_t kIntervalsPerStep = 6, kIntervalsPerTensor = 2;

// Where the planner's notes lie behind the plan: bytes from the start of its memory.
struct Layout {
  std::size_t tensors, shapes, tensor_of, uses, intervals, bytes;
  explicit Layout(std::size_t layers) {
    tensors = sizeof(Plan) + (layers + 1) * sizeof(Step);
    shapes = tensors + (layers + 2) * sizeof(TensorSlot);
    tensor_of = shapes + layers * sizeof(Shape);
    uses = tensor_of + layers * sizeof(std::uint16_t);
    intervals = (uses + layers * sizeof(std::uint16_t) + 3) / 4 * 4;
    bytes = intervals + ((layers + 1) * kIntervalsPerStep + (layers + 2) * kIntervalsPerTensor + 1) * sizeof(Interval);
  }
};

class Planner {
 public:
  Planner(const Model& model, const PlanOptions& options, std::byte* memory)
      : model_(model), options_(options), memory_(memory), plan_(new (memory) Plan) {
    const Layout at(model.layer_count);
    steps_ = reinterpret_cast<Step*>(memory + sizeof(Plan));
    tensors_ = reinterpret_cast<TensorSlot*>(memory + at.tensors);
    shapes_ = {reinterpret_cast<Shape*>(memory + at.shapes), model.layer_count};
    tensor_of_ = {reinterpret_cast<std::uint16_t*>(memory + at.tensor_of), model.layer_count};
    uses_ = {reinterpret_cast<std::uint16_t*>(memory + at.uses), model.layer_count};
    intervals_ = reinterpret_cast<Interval*>(memory + at.intervals);
  }

  Result<const Plan*> make() {
    Error error = infer_shapes();
    if (error.status != Status::ok) return error;
    emit_steps();
    if (options_.mode == Mode::train) error = choose_backward();
    if (error.status != Status::ok) return error;
    error = collect_intervals();
    if (error.status != Status::ok) return error;
    return place();
  }

 private:
  bool train() const { return options_.mode == Mode::train; }
  std::span<Step> steps() { return {steps_, plan_->step_count}; }
  std::uint16_t time_backward(std::size_t step) const {
    return static_cast<std::uint16_t>(2 * plan_->step_count - step);
  }
  Shape input_shape(std::int32_t layer) const {
    return layer == kNetworkInput ? model_.input : shapes_[static_cast<std::size_t>(layer)];
  }

  Error infer_shapes();
  Error infer_layer(std::uint32_t index);
  void emit_steps();
  void emit_layer(std::uint16_t index);
  void emit_group(std::uint16_t index);
  void emit_pixels();
  bool folds_normalization() const;
  Step& add_step(Step step, const Shape& out);
  void mark_inference_tail();
  Error choose_backward();
  void choose_in_place(std::size_t consumer);
  const Step* producer_of(std::uint16_t tensor) const;
  std::uint32_t readers_of(std::uint16_t tensor) const;
  bool is_frozen(std::uint16_t layer) const;
  Error collect_intervals();
  void collect_tensor(std::uint16_t tensor);
  Error collect_step(std::size_t index);
  void add_interval(std::uint64_t bytes, std::size_t first, std::size_t last, std::uint32_t& target);
  Result<const Plan*> place();

  const Model& model_;
  const PlanOptions& options_;
  std::byte* memory_;
  Plan* plan_;
  Step* steps_;
  TensorSlot* tensors_;
  std::span<Shape> shapes_;                        // of every layer's output
  std::span<std::uint16_t> tensor_of_;             // that holds the layer's output; kNoIndex: not yet emitted
  std::span<std::uint16_t> uses_;                  // readers of each layer
  Interval* intervals_;
  std::size_t interval_count_ = 0;
  bool too_large_ = false;
};

Error Planner::infer_layer(std::uint32_t index) {
  const Layer layer = model_.layer(index);
  const OpDef* op = find_op(layer.type);
  const auto type = static_cast<std::uint64_t>(layer.type);
  if (op == nullptr || input_count(layer) != 1) return {Status::unsupported_layer, index, 0, type};
  const std::int32_t from = layer_input(layer, index);
  if (from >= 0) ++uses_[static_cast<std::size_t>(from)];
  const Result<Shape> shape = op->infer(layer, input_shape(from));
  if (!shape) return {shape.error().status, index, shape.error().needed, shape.error().given};
  if (shape->count() > kMostElements || std::max(shape->height, shape->width) > kLongestSide) {
    return {Status::tensor_too_large, index, kMostElements, shape->count()};
  }
  const std::uint64_t window = std::uint64_t{layer.kernel.height} * layer.kernel.width;
  if (layer.type == LayerType::max_pool2d && window > 256) return {Status::unsupported_window, index, 256, window};
  shapes_[index] = *shape;
  return {};
}

Error Planner::infer_shapes() {
  std::fill(uses_.begin(), uses_.end(), std::uint16_t{0});
  std::fill(tensor_of_.begin(), tensor_of_.end(), kNoIndex);
  for (std::uint32_t i = 0; i < model_.layer_count; ++i) {
    const Error error = infer_layer(i);
    if (error.status != Status::ok) return error;
  }
  return {};
}

// Folding moves the normalisation into a first convolution. Padding would have to hold the value of a black
// pixel then, so a padded one gets normalised floats.
bool Planner::folds_normalization() const {
  std::uint32_t readers = 0;
  bool foldable = false;
  for (std::uint32_t i = 0; i < model_.layer_count; ++i) {
    const Layer layer = model_.layer(i);
    if (layer_input(layer, i) != kNetworkInput) continue;
    ++readers;
    foldable = layer.type == LayerType::conv2d && layer.padding == Padding{} && layer.in_features <= 4;
  }
  return readers == 1 && foldable;
}

Step& Planner::add_step(Step step, const Shape& out) {
  tensors_[plan_->tensor_count] = TensorSlot{.shape = out};
  step.output = plan_->tensor_count++;
  steps_[plan_->step_count] = step;
  return steps_[plan_->step_count++];
}

void Planner::emit_pixels() {
  const std::uint8_t flags = folds_normalization() ? 0 : kNormalizes;
  add_step({.type = LayerType::flatten, .flags = flags, .input = 0}, model_.input);
}

std::uint8_t argmax_bits(const Layer& pool) {
  const std::uint32_t window = pool.kernel.height * pool.kernel.width;
  return window <= 4 ? 2 : window <= 16 ? 4 : 8;
}

void Planner::emit_group(std::uint16_t index) {
  const Layer head = model_.layer(index);
  std::uint16_t last = index;
  const Group group = gather_group(model_, uses_, index, options_.mode, [&](std::uint16_t taken) {
    last = taken;
    tensor_of_[taken] = 0;                         // set below, once the tensor is known
  });
  const std::int32_t from = layer_input(head, index);
  Step step{.type = head.type, .layer = index,
            .input = from == kNetworkInput ? std::uint16_t{0} : tensor_of_[static_cast<std::size_t>(from)]};
  if (from == kNetworkInput && plan_->step_count > 0) step.input = steps_[0].output;  // the pixels step's
  if (head.type == LayerType::conv2d && options_.input == InputType::uint8 && from == kNetworkInput &&
      !steps_[0].has(kNormalizes)) {
    step.flags |= kFolded;
  }
  if (group.pool != kNoIndex) step.argmax_bits = argmax_bits(model_.layer(group.pool));
  if (options_.fuse) {
    step.pool = group.pool;
    step.dropout = group.dropout;
    step.activation = group.activation;
    add_step(step, shapes_[last]);
  } else {
    const Shape pooled = group.pool == kNoIndex ? shapes_[index] : shapes_[last];
    std::uint16_t tensor = add_step(step, shapes_[index]).output;
    const auto append = [&](std::uint16_t layer, Step next) {
      if (layer == kNoIndex) return;
      next.type = model_.layer(layer).type;
      next.layer = layer;
      next.input = tensor;
      tensor = add_step(next, pooled).output;
    };
    const bool dropout_last = head.type == LayerType::linear;
    append(group.pool, {.argmax_bits = step.argmax_bits});
    if (!dropout_last) append(group.dropout, {.dropout = group.dropout});
    append(group.activation_layer, {.activation = group.activation});
    if (dropout_last) append(group.dropout, {.dropout = group.dropout});
  }
  const std::uint16_t output = steps_[plan_->step_count - 1].output;
  tensor_of_[index] = output;
  for (std::uint16_t i = index; i != last;) {
    i = only_reader(model_, uses_, i);
    tensor_of_[i] = output;
  }
}

void Planner::emit_layer(std::uint16_t index) {
  const Layer layer = model_.layer(index);
  if (layer.type == LayerType::conv2d || layer.type == LayerType::linear) return emit_group(index);
  const std::int32_t from = layer_input(layer, index);
  std::uint16_t input = 0;
  if (from != kNetworkInput) input = tensor_of_[static_cast<std::size_t>(from)];
  if (from == kNetworkInput && options_.input == InputType::uint8) input = steps_[0].output;
  const bool dropout = layer.type == LayerType::dropout || layer.type == LayerType::dropout2d;
  if (layer.type == LayerType::flatten || (dropout && !train())) {
    tensor_of_[index] = input;                     // the same bytes
    return;
  }
  Step step{.type = layer.type, .activation = activation_of(layer.type), .layer = index, .input = input};
  if (dropout) step.dropout = index;
  if (layer.type == LayerType::max_pool2d) step.argmax_bits = argmax_bits(layer);
  tensor_of_[index] = add_step(step, shapes_[index]).output;
}

void Planner::emit_steps() {
  tensors_[plan_->tensor_count++] = TensorSlot{.shape = model_.input};
  if (options_.input == InputType::uint8) emit_pixels();
  for (std::uint32_t i = 0; i < model_.layer_count; ++i) {
    if (tensor_of_[i] == kNoIndex) emit_layer(static_cast<std::uint16_t>(i));
  }
  plan_->output = tensor_of_[model_.layer_count - 1];
  plan_->loss_input = plan_->output;
}

const Step* Planner::producer_of(std::uint16_t tensor) const {
  for (std::size_t s = 0; s < plan_->step_count; ++s) {
    if (steps_[s].output == tensor) return steps_ + s;
  }
  return nullptr;
}

std::uint32_t Planner::readers_of(std::uint16_t tensor) const {
  return static_cast<std::uint32_t>(
      std::count_if(steps_, steps_ + plan_->step_count, [&](const Step& s) { return s.input == tensor; }));
}

bool Planner::is_frozen(std::uint16_t layer) const {
  return std::find(options_.frozen.begin(), options_.frozen.end(), layer) != options_.frozen.end();
}

// A last LogSoftmax (or Softmax) and the loss of classes are one: the gradient is p - y.
void Planner::mark_inference_tail() {
  Step& last = steps_[plan_->step_count - 1];
  const bool log = last.type == LayerType::log_softmax && options_.loss != Loss::mse;
  const bool plain = last.type == LayerType::softmax && options_.loss == Loss::cross_entropy;
  if (last.output != plan_->output || last.layer == kNoIndex || !(log || plain)) return;
  last.flags |= kInferenceOnly;
  plan_->loss = Loss::cross_entropy;
  plan_->loss_input = last.input;
}

Error Planner::choose_backward() {
  const std::size_t outputs = tensors_[plan_->output].shape.count();
  if (options_.loss != Loss::mse && outputs < 2) return {Status::bad_loss, 0, 2, outputs};
  mark_inference_tail();
  bool any = false;
  for (Step& step : steps()) {
    if (step.layer == kNoIndex || step.has(kInferenceOnly)) continue;
    const Step* before = producer_of(step.input);
    if (model_.layer(step.layer).has_parameters() && !is_frozen(step.layer)) step.flags |= kTrained | kBackward;
    if (before != nullptr && before->has(kBackward)) step.flags |= kBackward;
    any = any || step.has(kTrained);
  }
  if (!any) return {Status::nothing_to_train};
  if (options_.batch == 1 && options_.fuse) {
    for (std::size_t s = 0; s < plan_->step_count; ++s) choose_in_place(s);
  }
  return {};
}

// At a batch of one the gradient of a tensor may take its place, if the only reader can see to it.
void Planner::choose_in_place(std::size_t consumer) {
  Step& step = steps_[consumer];
  if (!step.has(kBackward) || !op_of(step).can_overwrite_input || readers_of(step.input) != 1) return;
  auto* before = const_cast<Step*>(producer_of(step.input));
  if (before == nullptr || !before->has(kBackward) || op_of(*before).reads_output) return;
  if (step.input == plan_->output) return;
  step.flags |= kInPlace;
  before->flags |= kEpilogueDone;
}

void Planner::add_interval(std::uint64_t bytes, std::size_t first, std::size_t last, std::uint32_t& target) {
  if (bytes == 0) return;
  bytes = round_up(bytes, plan_->alignment);
  too_large_ = too_large_ || bytes > 0xffffffffu;
  const auto at = static_cast<std::uint32_t>(reinterpret_cast<std::byte*>(&target) - memory_);
  intervals_[interval_count_++] = {static_cast<std::uint32_t>(bytes), static_cast<std::uint16_t>(first),
                                   static_cast<std::uint16_t>(last), 0, at};
}

void Planner::collect_tensor(std::uint16_t tensor) {
  const Step* producer = producer_of(tensor);
  if (producer == nullptr) return;                 // the caller's input
  const std::size_t loss_time = plan_->step_count;
  const auto made = static_cast<std::size_t>(producer - steps_);
  const bool is_output = tensor == plan_->output || (train() && tensor == plan_->loss_input);
  std::size_t last = is_output ? loss_time : made;
  std::size_t gradient_first = tensor == plan_->loss_input ? loss_time : time_backward(made);
  bool overwritten = false;
  for (std::size_t s = made + 1; s < plan_->step_count; ++s) {
    const Step& reader = steps_[s];
    if (reader.input != tensor) continue;
    last = std::max(last, s);
    if (reader.has(kTrained) && op_of(reader).reads_input) last = std::max<std::size_t>(last, time_backward(s));
    if (reader.has(kBackward)) gradient_first = std::min<std::size_t>(gradient_first, time_backward(s));
    overwritten = overwritten || reader.has(kInPlace);
  }
  if (!producer->has(kBackward)) return add_interval(tensors_[tensor].shape.count() * 4 * options_.batch, made, last,
                                                     tensors_[tensor].value);
  const bool own_epilogue = producer->activation != kernels::Activation::none && !producer->has(kEpilogueDone);
  const bool reads_output = op_of(*producer).reads_output || own_epilogue;
  const bool loss_overwrites = tensor == plan_->loss_input && tensor != plan_->output && !reads_output;
  if (reads_output || overwritten || loss_overwrites) last = std::max<std::size_t>(last, time_backward(made));
  const std::uint64_t bytes = tensors_[tensor].shape.count() * 4 * options_.batch;
  add_interval(bytes, made, last, tensors_[tensor].value);
  if (overwritten || loss_overwrites) {
    tensors_[tensor].gradient = 0;                 // place() copies the value's offset
  } else {
    add_interval(bytes, gradient_first, time_backward(made), tensors_[tensor].gradient);
  }
}

Error Planner::collect_step(std::size_t index) {
  Step& step = steps_[index];
  if (step.layer == kNoIndex) return {};
  const StepSketch sketch{step, model_.layer(step.layer), step.pool == kNoIndex ? Layer{} : model_.layer(step.pool),
                          tensors_[step.input].shape, tensors_[step.output].shape, options_};
  const OpDef& op = op_of(step);
  const OpMemory m = op.memory == nullptr ? OpMemory{} : op.memory(sketch);
  const std::size_t end = 2u * plan_->step_count;
  const std::size_t back = time_backward(index);
  add_interval(m.saved * options_.batch, index, back, step.saved);
  add_interval(m.prepared, 0, end, step.prepared);
  const std::uint64_t forward_stride = round_up(m.forward_workspace, plan_->alignment);
  const std::uint64_t backward_stride = round_up(m.backward_workspace, plan_->alignment);
  if ((forward_stride | backward_stride) > 0xffffffffu) return {Status::tensor_too_large, step.layer};
  step.forward_stride = static_cast<std::uint32_t>(forward_stride);
  step.backward_stride = static_cast<std::uint32_t>(backward_stride);
  add_interval(forward_stride * options_.threads, index, index, step.forward_workspace);
  add_interval(backward_stride * options_.threads, back, back, step.backward_workspace);
  if (!step.has(kTrained)) return {};
  const std::uint64_t parameters = parameter_bytes(sketch.layer, plan_->alignment);
  add_interval(parameters, 0, end, step.parameters);
  if (options_.momentum) add_interval(parameters, 0, end, step.velocity);
  return {};
}

Error Planner::collect_intervals() {
  for (std::uint16_t t = 0; t < plan_->tensor_count; ++t) collect_tensor(t);
  for (std::size_t s = 0; s < plan_->step_count; ++s) {
    const Error error = collect_step(s);
    if (error.status != Status::ok) return error;
  }
  if (too_large_) return {Status::tensor_too_large};
  return {};
}

Result<const Plan*> Planner::place() {
  const auto base = static_cast<std::uint32_t>(round_up(plan_->own_bytes(), plan_->alignment));
  const std::span<Interval> intervals{intervals_, interval_count_};
  const std::uint64_t end = place_intervals(intervals, base);
  if (end == 0) return Error{Status::tensor_too_large};
  assert(intervals_disjoint(intervals));
  for (const Interval& i : intervals) std::memcpy(memory_ + i.target, &i.offset, sizeof(i.offset));
  for (std::size_t t = 0; t < plan_->tensor_count; ++t) {
    if (tensors_[t].gradient == 0) tensors_[t].gradient = tensors_[t].value;
  }
  plan_->bytes = static_cast<std::uint32_t>(end);
  std::memmove(static_cast<void*>(steps_ + plan_->step_count), tensors_, plan_->tensor_count * sizeof(TensorSlot));
  return plan_;
}

Error check_options(const Model& model, const PlanOptions& options, std::span<std::byte> memory) {
  if (model.layer_count == 0) return {Status::missing_layers};
  if (model.layer_count > kMaxLayers) return {Status::too_many_layers, 0, kMaxLayers, model.layer_count};
  const std::size_t needed = plan_memory_bytes(model);
  if (memory.size() < needed) return {Status::plan_memory_too_small, 0, needed, memory.size()};
  const auto misaligned = reinterpret_cast<std::uintptr_t>(memory.data()) % alignof(Plan);
  if (misaligned != 0) return {Status::arena_misaligned, 0, alignof(Plan), misaligned};
  if (options.batch == 0 || options.batch > kMostElements) return {Status::bad_batch, 0, kMostElements, options.batch};
  if (options.threads == 0 || options.threads > kMostThreads) {
    return {Status::bad_threads, 0, kMostThreads, options.threads};
  }
  for (const std::uint16_t layer : options.frozen) {
    if (layer >= model.layer_count) return {Status::bad_frozen_layer, 0, model.layer_count, layer};
  }
  const Shape& in = model.input;
  if (in.count() == 0 || in.count() > kMostElements || std::max(in.height, in.width) > kLongestSide) {
    return {Status::bad_input_description, 0, kMostElements, in.count()};
  }
  return {};
}

}  // namespace

std::size_t plan_memory_bytes(const Model& model) { return Layout(model.layer_count).bytes; }

std::size_t arena_bytes(const Plan& plan) { return plan.bytes; }

Result<const Plan*> plan(const Model& model, const PlanOptions& options, std::span<std::byte> memory) {
  const Error error = check_options(model, options, memory);
  if (error.status != Status::ok) return error;
  Planner planner(model, options, memory.data());
  Plan& result = *reinterpret_cast<Plan*>(memory.data());
  result.batch = options.batch;
  result.threads = static_cast<std::uint16_t>(options.threads);
  result.alignment = options.goal == Goal::small ? 16 : 64;
  result.mode = options.mode;
  result.goal = options.goal;
  result.input = options.input;
  result.loss = options.loss;
  return planner.make();
}

}  // namespace lentil
