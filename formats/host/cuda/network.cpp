#include "formats/host/cuda/network.h"

#include <algorithm>

namespace lentil::cuda {
namespace {

constexpr std::uint32_t kBlocksPerProcessor = 8;  // with slabs; more would not run at the same time

}  // namespace

Outcome<Network> Network::create(const Gpu& gpu, const Model& model, const PlanOptions& options) {
  Network network(gpu, model);
  network.memory_ = formats::AlignedBytes(device_program_memory_bytes(model));
  const auto program = device_program(model, options, network.memory_);
  if (!program) {
    return Failure{std::string("this network cannot be ") +
                   (options.mode == Mode::train ? "trained" : "run") +
                   " on a GPU: " + formats::explain(program.error()) + "; the CPU may do it"};
  }
  network.program_ = *program;
  return network;
}

std::vector<float> Network::parameters() const {
  std::vector<float> all(program_->parameters);
  for (std::uint32_t i = 0; i < model_.layer_count; ++i) {
    const Layer layer = model_.layer(i);
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto tensor = layer.tensors[s];
      std::copy(tensor.begin(), tensor.end(),
                all.begin() + device_parameter(model_, i, static_cast<Slot>(s)));
    }
  }
  return all;
}

std::size_t Network::input_bytes() const {
  return program_->inputs * (program_->input == InputKind::uint8 ? sizeof(std::uint8_t) : sizeof(float));
}

std::uint32_t Network::blocks(std::uint32_t images) const {
  if (fits_shared_memory() || program_->statistics != 0) return images;
  return std::min(images, static_cast<std::uint32_t>(gpu_->info().processors) * kBlocksPerProcessor);
}

std::size_t Network::slab_bytes(std::uint32_t images) const {
  return fits_shared_memory() ? 0 : std::size_t{blocks(images)} * program_->image_bytes;
}

Launch Network::images(std::uint32_t count) const {
  return {EntryPoint::images, blocks(count), kBlockThreads, fits_shared_memory() ? program_->image_bytes : 0};
}

}  // namespace lentil::cuda
