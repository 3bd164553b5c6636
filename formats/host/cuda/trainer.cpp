#include "formats/host/cuda/trainer.h"

#include <algorithm>

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

}  // namespace

CudaTrainer::Offsets::Offsets(const Network& network, std::uint32_t batch, bool velocities_too) {
  const Program& p = network.program();
  ArenaLayout layout;
  program = layout.add(p.bytes, 1);
  parameters = layout.add(p.parameters, sizeof(float));
  velocities = layout.add(velocities_too ? p.parameters : 0, sizeof(float));
  prepared = layout.add(p.prepared, sizeof(float));
  gradients = layout.add(batch, p.gradients * sizeof(float));
  results = layout.add(batch, sizeof(ImageResult));
  state = layout.add(1, sizeof(TrainState));
  statistics = layout.add(p.statistics, sizeof(float));
  step = layout.add(network.uses_host_memory() ? 0 : StepOffsets(network, batch).bytes, 1);
  slabs = layout.add(network.slab_bytes(batch), 1);
  bytes = layout.bytes();
}

CudaTrainer::CudaTrainer(Network network, Stream stream, std::uint32_t batch, bool velocities,
                         std::uint64_t seed)
    : network_(std::move(network)),
      batch_(batch),
      has_velocity_(velocities),
      seed_(seed),
      at_(network_, batch, velocities),
      step_at_(network_, batch),
      stream_(std::move(stream)) {}

Outcome<std::size_t> CudaTrainer::device_bytes(const Gpu& gpu, const Model& model, const PlanOptions& options,
                                               std::uint32_t batch) {
  const auto network = Network::create(gpu, model, options);
  if (!network) return network.error();
  return Offsets(*network, batch, options.momentum).bytes;
}

Outcome<CudaTrainer> CudaTrainer::create(const Gpu& gpu, const Model& model, const PlanOptions& options,
                                         std::uint32_t batch, std::uint64_t seed, const DeviceArena& arena) {
  if (batch == 0) return Failure{"a batch needs at least one image"};
  if (options.mode != Mode::train || options.input != InputType::uint8 || options.loss == Loss::mse)
    return Failure{"a GPU trains networks for classes, from pixels"};
  auto network = Network::create(gpu, model, options);
  if (!network) return network.error();
  auto stream = Stream::create(gpu);
  if (!stream) return stream.error();
  CudaTrainer trainer(std::move(*network), std::move(*stream), batch, options.momentum, seed);
  if (auto allocated = trainer.allocate(arena); !allocated) return allocated.error();
  const std::vector<float> parameters = trainer.network_.parameters();
  if (auto uploaded = trainer.upload(parameters, {}, 0); !uploaded) return uploaded.error();
  return trainer;
}

Outcome<std::monostate> CudaTrainer::allocate(const DeviceArena& arena) {
  auto memory = DeviceMemory::provide(network_.gpu(), at_.bytes, arena);
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
  auto done = stream_.wait();
  if (done) steps_done_ = steps_done;
  return done;
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
