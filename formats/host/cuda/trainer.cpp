#include "formats/host/cuda/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/hash.h"

namespace lentil::cuda {
namespace {

// Calls visit(layer, slot, offset) for every tensor of the model.
template <class Visit>
void for_each_tensor(const Model& model, Visit visit) {
  for (std::uint32_t layer = 0; layer < model.layer_count; ++layer) {
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto slot = static_cast<Slot>(s);
      if (!model.layer(layer).tensor(slot).empty()) visit(layer, slot, device_parameter(model, layer, slot));
    }
  }
}

SgdNumbers numbers_of(const Sgd& sgd) {
  return {sgd.rate, sgd.momentum, sgd.weight_decay, sgd.nesterov ? 1u : 0u};
}

}  // namespace

Outcome<CudaTrainer> CudaTrainer::create(const Gpu& gpu, const Model& model, const PlanOptions& options,
                                         std::uint32_t batch, std::uint64_t seed) {
  if (batch == 0) return Failure{"a batch needs at least one image"};
  if (options.mode != Mode::train || options.input != InputType::uint8 || options.loss == Loss::mse)
    return Failure{"a GPU trains networks for classes, from pixels"};
  auto network = Network::create(gpu, model, options);
  if (!network) return network.error();
  auto stream = Stream::create(gpu);
  if (!stream) return stream.error();
  CudaTrainer trainer(std::move(*network), std::move(*stream));
  trainer.batch_ = batch;
  trainer.seed_ = seed;
  trainer.has_velocity_ = options.momentum;
  if (auto allocated = trainer.allocate(); !allocated) return allocated.error();
  const std::vector<float> parameters = trainer.network_.parameters();
  if (auto uploaded = trainer.upload(parameters, {}, 0); !uploaded) return uploaded.error();
  return trainer;
}

Outcome<std::monostate> CudaTrainer::allocate() {
  const Program& program = network_.program();
  ArenaLayout layout;
  at_.program = layout.add(program.bytes, 1);
  at_.parameters = layout.add(program.parameters, sizeof(float));
  at_.velocities = layout.add(has_velocity_ ? program.parameters : 0, sizeof(float));
  at_.prepared = layout.add(program.prepared, sizeof(float));
  at_.gradients = layout.add(batch_, program.gradients * sizeof(float));
  at_.results = layout.add(batch_, sizeof(ImageResult));
  at_.state = layout.add(1, sizeof(TrainState));
  at_.statistics = layout.add(program.statistics, sizeof(float));
  at_.slabs = layout.add(network_.slab_bytes(batch_), 1);
  auto memory = DeviceMemory::allocate(network_.gpu(), layout.bytes());
  if (!memory) return memory.error();
  memory_ = std::move(*memory);
  stream_.copy_in(memory_.at(at_.program), network_.program_bytes());
  return stream_.wait();
}

Outcome<std::monostate> CudaTrainer::upload(std::span<const float> parameters,
                                            std::span<const float> velocities, std::uint32_t steps_done) {
  const TrainState state{.steps_done = steps_done, .failed = 0};
  stream_.copy_in(memory_.at(at_.parameters), std::as_bytes(parameters));
  if (velocities.empty()) {
    const std::size_t count = has_velocity_ ? parameters.size() : 0;
    stream_.clear(memory_.at(at_.velocities), count * sizeof(float));
  } else {
    stream_.copy_in(memory_.at(at_.velocities), std::as_bytes(velocities));
  }
  stream_.copy_in(memory_.at(at_.state), std::as_bytes(std::span(&state, 1)));
  stream_.launch(
      network_.rows(), memory_.at(at_.program),
      RowsArgs{.parameters = on_device<float>(at_.parameters), .prepared = on_device<float>(at_.prepared)});
  return stream_.wait();
}

std::uint32_t CudaTrainer::steps_of(std::size_t images) const {
  return static_cast<std::uint32_t>((images + batch_ - 1) / batch_);
}

Outcome<std::monostate> CudaTrainer::use_images(std::span<const std::uint8_t> pixels,
                                                std::span<const std::uint8_t> labels) {
  const Program& program = network_.program();
  if (labels.empty() || pixels.size() != labels.size() * program.inputs)
    return Failure{std::to_string(labels.size()) + " images of " + std::to_string(program.inputs) +
                   " pixels were expected, and " + std::to_string(pixels.size()) + " pixels given"};
  const std::uint32_t largest = *std::ranges::max_element(labels);
  if (largest >= program.outputs) {
    return Failure{"the network tells " + std::to_string(program.outputs) +
                   " classes apart, and the images have the label " + std::to_string(largest)};
  }
  images_ = 0;  // until all has come
  graph_ = {};
  graph_images_ = 0;
  registered_ = RegisteredMemory::of(network_.gpu(), std::as_bytes(pixels));
  if (auto allocated = allocate_data(labels.size(), !registered_); !allocated) return allocated.error();
  pixels_ = registered_ ? registered_.device_address() : data_.at(data_at_.pixels);
  if (!registered_) stream_.copy_in(pixels_, std::as_bytes(pixels));
  stream_.copy_in(data_.at(data_at_.labels), std::as_bytes(labels));
  if (auto copied = stream_.wait(); !copied) return copied.error();
  images_ = labels.size();
  return std::monostate{};
}

Outcome<std::monostate> CudaTrainer::allocate_data(std::size_t images, bool copy_pixels) {
  const std::uint32_t steps = steps_of(images);
  ArenaLayout layout, staged;
  data_at_.pixels = layout.add(copy_pixels ? images : 0, network_.program().inputs);
  data_at_.labels = layout.add(images, 1);
  data_at_.order = layout.add(images, sizeof(std::uint32_t));
  data_at_.sgd = layout.add(steps, sizeof(SgdNumbers));
  data_at_.step_results = layout.add(steps, sizeof(cuda::StepResult));
  staged_at_.order = staged.add(images, sizeof(std::uint32_t));
  staged_at_.sgd = staged.add(steps, sizeof(SgdNumbers));
  staged_at_.step_results = staged.add(steps, sizeof(cuda::StepResult));
  data_ = {};  // both together might not fit
  auto data = DeviceMemory::allocate(network_.gpu(), layout.bytes());
  if (!data) return data.error();
  data_ = std::move(*data);
  auto memory = HostMemory::allocate(network_.gpu(), staged.bytes());
  if (!memory) return memory.error();
  staged_ = std::move(*memory);
  return std::monostate{};
}

Outcome<std::monostate> CudaTrainer::check(std::span<const std::uint32_t> order,
                                           std::span<const Sgd> sgd) const {
  if (order.empty() || order.size() > images_) {
    return Failure{"a run over " + std::to_string(order.size()) + " images was asked for, and the GPU has " +
                   std::to_string(images_)};
  }
  if (sgd.size() != steps_of(order.size()))
    return Failure{std::to_string(steps_of(order.size())) + " steps need as many learning rates, and " +
                   std::to_string(sgd.size()) + " were given"};
  if ((order.size() - 1) % batch_ + 1 < least_images(network_.program()))
    return Failure{
        "the last of " + std::to_string(sgd.size()) +
        " steps would have one image, and a batch-norm needs two to learn from: take other images, "
        "or another batch size"};
  if (*std::ranges::max_element(order) >= images_)
    return Failure{"the order names image " + std::to_string(*std::ranges::max_element(order)) + " of " +
                   std::to_string(images_)};
  return std::monostate{};
}

void CudaTrainer::stage(std::span<const std::uint32_t> order, std::span<const Sgd> sgd) {
  const auto staged = staged_.bytes();
  std::memcpy(staged.data() + staged_at_.order, order.data(), order.size_bytes());
  for (std::size_t i = 0; i < sgd.size(); ++i) {
    const SgdNumbers numbers = numbers_of(sgd[i]);
    std::memcpy(staged.data() + staged_at_.sgd + i * sizeof(numbers), &numbers, sizeof(numbers));
  }
  stream_.copy_in(data_.at(data_at_.order), staged.subspan(staged_at_.order, order.size_bytes()));
  stream_.copy_in(data_.at(data_at_.sgd), staged.subspan(staged_at_.sgd, sgd.size() * sizeof(SgdNumbers)));
}

Outcome<std::vector<lentil::StepResult>> CudaTrainer::run(std::span<const std::uint32_t> order,
                                                          std::span<const Sgd> sgd) {
  if (auto checked = check(order, sgd); !checked) return checked.error();
  stage(order, sgd);
  if (graph_images_ != order.size()) {
    graph_ = Graph::record(stream_, [&] { queue_steps(order.size()); });
    graph_images_ = order.size();
  }
  if (graph_) {
    graph_.launch(stream_);
  } else {
    queue_steps(order.size());
  }
  const auto results =
      staged_.bytes().subspan(staged_at_.step_results, sgd.size() * sizeof(cuda::StepResult));
  stream_.copy_out(results, data_.at(data_at_.step_results));
  if (auto done = stream_.wait(); !done) return done.error();

  std::vector<lentil::StepResult> steps(sgd.size());
  bool finite = true;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    cuda::StepResult result;
    std::memcpy(&result, results.data() + i * sizeof(result), sizeof(result));
    finite = finite && std::isfinite(result.loss);
    steps[i] = {finite ? Status::ok : Status::non_finite_loss, result.loss, result.correct};
  }
  return steps;
}

void CudaTrainer::queue_steps(std::size_t images) {
  for (std::uint32_t step = 0; step < steps_of(images); ++step) {
    const std::size_t first = std::size_t{step} * batch_;
    queue_step(step, static_cast<std::uint32_t>(first),
               static_cast<std::uint32_t>(std::min<std::size_t>(batch_, images - first)));
  }
}

void CudaTrainer::queue_step(std::uint32_t step, std::uint32_t first, std::uint32_t count) {
  const ImagesArgs images{.gradients = on_device<float>(at_.gradients),
                          .results = on_device<ImageResult>(at_.results),
                          .parameters = on_device<float>(at_.parameters),
                          .prepared = on_device<float>(at_.prepared),
                          .images = device_pointer<void>(pixels_),
                          .order = device_pointer<std::uint32_t>(data_.at(data_at_.order)),
                          .labels = device_pointer<std::uint8_t>(data_.at(data_at_.labels)),
                          .state = on_device<TrainState>(at_.state),
                          .statistics = on_device<float>(at_.statistics),
                          .slabs = network_.slabs_or_none(memory_.at(at_.slabs)),
                          .seed = seed_,
                          .first = first,
                          .count = count};
  const RowsArgs rows{.parameters = on_device<float>(at_.parameters),
                      .prepared = on_device<float>(at_.prepared),
                      .gradients = images.gradients,
                      .statistics = on_device<float>(at_.statistics),
                      .slabs = images.slabs,
                      .velocities = has_velocity_ ? on_device<float>(at_.velocities) : nullptr,
                      .results = images.results,
                      .sgd = device_pointer<SgdNumbers>(data_.at(data_at_.sgd)),
                      .step_results = device_pointer<cuda::StepResult>(data_.at(data_at_.step_results)),
                      .state = on_device<TrainState>(at_.state),
                      .work = RowsWork::update,
                      .count = count,
                      .step = step};
  queue_images(images, rows);
  stream_.launch(network_.rows(), memory_.at(at_.program), rows);
}

// In one go, or from batch-norm to batch-norm.
void CudaTrainer::queue_images(ImagesArgs images, RowsArgs rows) {
  const DeviceAddress program = memory_.at(at_.program);
  for (;;) {
    const DeviceStop stop = next_stop(network_.program(), images.from);
    images.until = stop.place;
    stream_.launch(network_.images(images.count), program, images);
    if (stop.place == kAllPlaces) return;
    rows.work = stop.work;
    rows.batch_norm = stop.batch_norm;
    stream_.launch(network_.channels(stop), program, rows);
    images.from = stop.place;
  }
}

Outcome<std::monostate> CudaTrainer::take(Trainer& from) {
  std::vector<float> parameters = network_.parameters(), velocities;
  if (has_velocity_) velocities.resize(parameters.size());
  for_each_tensor(network_.model(), [&](std::uint32_t layer, Slot slot, std::uint32_t at) {
    const auto weights = from.session().tensor(layer, slot);
    std::copy(weights.begin(), weights.end(), parameters.begin() + at);
    const auto velocity = from.velocity(layer, slot);
    if (!velocities.empty()) std::copy(velocity.begin(), velocity.end(), velocities.begin() + at);
  });
  return upload(parameters, velocities, from.steps_done());
}

Outcome<std::monostate> CudaTrainer::give(Trainer& to) {
  std::vector<float> parameters(network_.program().parameters), velocities;
  if (has_velocity_) velocities.resize(parameters.size());
  TrainState state;
  stream_.copy_out(std::as_writable_bytes(std::span(parameters)), memory_.at(at_.parameters));
  stream_.copy_out(std::as_writable_bytes(std::span(velocities)), memory_.at(at_.velocities));
  stream_.copy_out(std::as_writable_bytes(std::span(&state, 1)), memory_.at(at_.state));
  if (auto done = stream_.wait(); !done) return done.error();
  for_each_tensor(network_.model(), [&](std::uint32_t layer, Slot slot, std::uint32_t at) {
    const auto weights = to.weights(layer, slot);
    std::copy_n(parameters.begin() + at, weights.size(), weights.begin());
    const auto velocity = to.velocity(layer, slot);
    if (!velocities.empty()) std::copy_n(velocities.begin() + at, velocity.size(), velocity.begin());
  });
  to.restore_step(state.steps_done);
  to.weights_changed();
  return std::monostate{};
}

// The program's parameters lie in the order of the hash.
Outcome<std::uint64_t> CudaTrainer::weights_hash() {
  std::vector<float> parameters(network_.program().parameters);
  stream_.copy_out(std::as_writable_bytes(std::span(parameters)), memory_.at(at_.parameters));
  if (auto done = stream_.wait(); !done) return done.error();
  return hash_floats(kHashStart, parameters);
}

}  // namespace lentil::cuda
