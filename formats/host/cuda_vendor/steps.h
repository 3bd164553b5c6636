// The layers of a network as calls of cuDNN and cuBLAS.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "formats/host/cuda_vendor/libraries.h"
#include "runtime/model.h"

namespace lentil::cuda_vendor {

// Where a step finds its things in the device's memory. y may be x for a step that says so.
struct StepMemory {
  const float* x;
  float* y;
  const float* weight;
  const float* bias;  // null: none
  void* workspace;    // VendorStep::workspace_bytes of it
};

struct VendorStep {
  std::uint32_t layer = 0;
  std::size_t values = 0;  // of one image's output
  bool in_place = false;
  std::size_t workspace_bytes = 0;
  // Hands the work to the libraries' stream and does not wait.
  std::function<std::optional<Failure>(const StepMemory&)> run{};
};

struct StepOptions {
  std::uint32_t batch;               // images of every call
  std::size_t most_workspace_bytes;  // a convolution that would be faster with more does without
};

// The network's layers one after the other, without those that do nothing in an inference. Borrows the
// libraries. Fails for what they cannot do as Lentil does it, and names the layer.
Outcome<std::vector<VendorStep>> vendor_steps(const Libraries& libraries, const Model& model,
                                              const StepOptions& options);

}  // namespace lentil::cuda_vendor
