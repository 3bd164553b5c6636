// A network as the GPU runs it: the program of the kernels, and how they are launched.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "formats/host/aligned_bytes.h"
#include "formats/host/cuda/stream.h"
#include "kernels/cuda/program.h"
#include "runtime/device_program.h"

namespace lentil::cuda {

class Network {
 public:
  // Borrows the GPU and the model. Fails for a network that cannot be run, or trained, on a GPU.
  static Outcome<Network> create(const Gpu& gpu, const Model& model, const PlanOptions& options);

  const Gpu& gpu() const { return *gpu_; }
  const Model& model() const { return model_; }
  const Program& program() const { return *program_; }
  std::span<const std::byte> program_bytes() const { return {memory_.data(), program_->bytes}; }

  // All parameters of the model in the program's order.
  std::vector<float> parameters() const;

  // What goes to the kernels and comes back may lie in pinned memory of the host.
  bool uses_host_memory() const { return gpu_->info().integrated; }
  std::size_t input_bytes() const;  // of an image

  // Everything of an image lies in the shared memory of its block, or in a slab for each block.
  bool fits_shared_memory() const { return program_->image_bytes <= gpu_->info().shared_bytes; }
  // Blocks for so many images, and the bytes of all slabs together.
  std::uint32_t blocks(std::uint32_t images) const;
  std::size_t slab_bytes(std::uint32_t images) const;

  Launch forward(std::uint32_t images) const {
    return per_image(EntryPoint::forward_shared, EntryPoint::forward_global, images);
  }
  Launch train(std::uint32_t images) const {
    return per_image(EntryPoint::train_shared, EntryPoint::train_global, images);
  }
  // Of no blocks where there is nothing to do.
  Launch prepare() const { return {EntryPoint::prepare, program_->rows, kBlockThreads}; }
  Launch update() const { return {EntryPoint::update, program_->rows, kBlockThreads}; }

 private:
  Network(const Gpu& gpu, const Model& model) : gpu_(&gpu), model_(model) {}
  Launch per_image(EntryPoint shared, EntryPoint global, std::uint32_t images) const;

  const Gpu* gpu_;
  Model model_;
  formats::AlignedBytes memory_;
  const Program* program_ = nullptr;  // in memory_
};

}  // namespace lentil::cuda
