// Inference on a GPU, as lentil::Session does it on the CPU: the same bits.
#pragma once
#include "formats/host/cuda/network.h"

namespace lentil::cuda {

// Has one piece of memory on the GPU, its own or the caller's. Borrows the GPU and the model. Movable.
class CudaSession {
 public:
  // `batch`: the most images of one launch. `arena`: device_bytes() are enough, one less is refused.
  static Outcome<CudaSession> create(const Gpu& gpu, const Model& model, InputType input, std::uint32_t batch,
                                     const DeviceArena& arena = {});
  static Outcome<std::size_t> device_bytes(const Gpu& gpu, const Model& model, InputType input,
                                           std::uint32_t batch);

  // Any number of images one after the other, and room for as many outputs. One kernel for each `batch` of
  // them; the next ones are copied meanwhile. After a failure of the GPU every further call fails.
  Outcome<std::monostate> run(std::span<const float> input, std::span<float> output);
  Outcome<std::monostate> run(std::span<const std::uint8_t> pixels, std::span<float> output);

  std::size_t output_size() const { return network_.program().outputs; }  // values per image
  std::size_t device_bytes() const { return memory_.bytes(); }
  const Model& model() const { return network_.model(); }
  bool fused() const { return network_.fits_shared_memory(); }

 private:
  struct Offsets {
    std::size_t program, parameters, prepared, images, outputs, slabs, bytes;
    Offsets(const Network& network, std::uint32_t batch);
  };
  CudaSession(Network network, Stream stream, std::uint32_t batch)
      : network_(std::move(network)), batch_(batch), at_(network_, batch), stream_(std::move(stream)) {}
  Outcome<std::monostate> allocate(const DeviceArena& arena);
  Outcome<std::monostate> upload();
  Outcome<std::monostate> run_checked(std::span<const std::byte> input, std::span<float> output,
                                      InputKind kind);
  void start(std::span<const std::byte> input, std::uint32_t chunk);
  void collect(std::span<float> output, std::uint32_t chunk);
  bool in_place() const { return network_.uses_host_memory(); }

  Network network_;
  std::uint32_t batch_;
  Offsets at_;
  DeviceMemory memory_;
  StagingRing staging_;             // of both: images, then outputs
  std::size_t staged_outputs_ = 0;  // where these begin in a slot
  Stream stream_;                   // last: it ends first, and waits for the GPU
};

}  // namespace lentil::cuda
