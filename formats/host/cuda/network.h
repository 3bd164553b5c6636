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

  // Everything of an image lies in the shared memory of its block, or in a slab for each block. Images that
  // have to wait for one another stay in slabs.
  bool fits_shared_memory() const {
    return program_->statistics == 0 && program_->image_bytes <= gpu_->info().shared_bytes;
  }
  // Blocks for so many images, and the bytes of all slabs together.
  std::uint32_t blocks(std::uint32_t images) const;
  std::size_t slab_bytes(std::uint32_t images) const;

  Launch images(std::uint32_t count) const;
  // What ImagesArgs::slabs has to be.
  std::uint8_t* slabs_or_none(DeviceAddress slabs) const {
    return fits_shared_memory() ? nullptr : device_pointer<std::uint8_t>(slabs);
  }
  // Of no blocks where there is nothing to do.
  Launch rows() const { return {EntryPoint::rows, program_->rows, kBlockThreads}; }
  Launch channels(const DeviceStop& stop) const { return {EntryPoint::rows, stop.channels, kBlockThreads}; }

 private:
  Network(const Gpu& gpu, const Model& model) : gpu_(&gpu), model_(model) {}

  const Gpu* gpu_;
  Model model_;
  formats::AlignedBytes memory_;
  const Program* program_ = nullptr;  // in memory_
};

}  // namespace lentil::cuda
