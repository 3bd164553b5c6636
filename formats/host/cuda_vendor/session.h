// Inference by cuDNN and cuBLAS, a call for each layer: what the kernels of Lentil are compared with. Its
// sums are in another order than theirs, so results differ in the last bits.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "formats/host/cuda/memory.h"
#include "formats/host/cuda_vendor/steps.h"

namespace lentil::cuda_vendor {

// The libraries get no memory but this session's one piece on the GPU, of which cuBLAS's workspace is this
// much, and that of convolutions at most so much by default.
inline constexpr std::size_t kBlasWorkspaceBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMostWorkspaceBytes = std::size_t{64} << 20;

// Borrows the GPU; the model is needed by create() alone. Movable.
class VendorSession {
 public:
  static Outcome<VendorSession> create(const cuda::Gpu& gpu, const Model& model, std::uint32_t batch,
                                       std::size_t most_workspace_bytes = kMostWorkspaceBytes,
                                       const LibraryNames& names = {});
  VendorSession(VendorSession&&) = default;
  VendorSession& operator=(VendorSession&&) = default;
  ~VendorSession();  // waits for the GPU

  // Exactly `batch` images, normalised already, and room for as many outputs. Waits until they are there.
  Outcome<std::monostate> run(std::span<const float> input, std::span<float> output);

  std::size_t output_size() const { return steps_.back().values; }  // values per image
  std::size_t device_bytes() const { return memory_.bytes(); }
  const Libraries& libraries() const { return *libraries_; }

 private:
  static void destroy(const cuda::Gpu& gpu, cuda::StreamHandle stream) {
    gpu.driver()->stream_destroy(stream);
  }
  explicit VendorSession(const cuda::Gpu& gpu) : gpu_(&gpu) {}
  Outcome<std::monostate> start(const LibraryNames& names);
  Outcome<std::monostate> allocate(const Model& model);
  Outcome<std::monostate> upload(const Model& model);
  std::optional<Failure> queue_steps();
  Outcome<std::monostate> outcome(const char* doing, cuda::Code code) const;

  struct Tensors {
    std::size_t weight, bias;
    bool has_bias;
  };
  const cuda::Gpu* gpu_;
  std::uint32_t batch_ = 0;
  std::size_t inputs_ = 0;  // values of one image
  cuda::Owned<cuda::StreamHandle, destroy> stream_;
  std::unique_ptr<Libraries> libraries_;
  std::vector<VendorStep> steps_;
  std::vector<Tensors> tensors_;  // of each step
  // Two pieces for what the steps read and write in turn; the last one's output is in `outputs_at_`.
  std::size_t values_at_[2]{}, outputs_at_ = 0, workspace_at_ = 0, blas_workspace_at_ = 0;
  cuda::DeviceMemory memory_;
  cuda::HostMemory staged_;
};

}  // namespace lentil::cuda_vendor
