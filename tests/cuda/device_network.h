// The CUDA kernels of a network on the host: the arrays that a device would have, and the launches.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/device_program.h"
#include "runtime/model.h"
#include "runtime/trainer.h"
#include "tests/cuda/checker.h"
#include "tests/cuda/emulator.h"

namespace lentil::cuda {

struct Emulation {
  bool checked = true;  // else plain memory, and with threads > 1 threads of the host
  std::int32_t threads = 32;
  ThreadOrder order = ThreadOrder::ascending;
  std::uint32_t blocks = 0;  // 0: one for each image, or row
};

// What is launched; where a barrier can be dropped.
enum class Kernel { forward, train, prepare, statistics, update };
inline constexpr std::size_t kKernels = 5;

class DeviceNetwork {
 public:
  // Throws what the program was refused for, as text.
  DeviceNetwork(const Model& model, const PlanOptions& options, std::uint64_t seed = 0,
                const Emulation& emulation = {});

  // Outputs of images [first, first + count) of those given, in the order given if there is one.
  std::vector<float> forward(std::span<const float> images);
  std::vector<float> forward(std::span<const std::uint8_t> pixels);
  // One SGD step. An order picks the images, labels and targets of the step; none: all of them.
  template <class T>
  StepResult step(std::span<const T> images, std::span<const std::uint8_t> labels,
                  std::span<const float> targets, const Sgd& sgd, std::span<const std::uint32_t> order = {});

  const Program& program() const { return *program_; }
  std::span<float> tensor(std::uint32_t layer, Slot slot);
  const std::vector<float>& gradients() const { return gradients_; }
  const TrainState& state() const { return *state_; }
  Checker& checker() { return checker_; }
  // In launch number `launch` of a kernel from now on; see Checker.
  void drop_barrier(Kernel kernel, std::size_t launch, std::int64_t number);
  // Of every launch of a kernel: how many barriers its blocks pass.
  const std::vector<std::int64_t>& barriers(Kernel kernel) const {
    return barriers_[static_cast<std::size_t>(kernel)];
  }
  std::string findings() const;

 private:
  template <class Run>
  void launch(Kernel kernel, std::uint32_t blocks, Run run);
  void launch_images(Kernel kernel, const ImagesArgs& args);
  void launch_rows(Kernel kernel, std::uint32_t blocks, const RowsArgs& args);
  void launch_step(ImagesArgs images, RowsArgs rows);
  std::uint8_t* make_slabs(std::uint32_t images);
  void watch_image(std::uint8_t* memory);
  std::vector<float> forward(const void* images, std::size_t count);
  StepResult step(const void* images, std::uint32_t count, std::span<const std::uint8_t> labels,
                  std::span<const float> targets, const Sgd& sgd, std::span<const std::uint32_t> order);
  template <class T>
  void watch(const char* name, const T* data, std::size_t count, bool written = true) {
    checker_.watch(name, data, count, sizeof(T), written);
  }

  Model model_;
  Emulation emulation_;
  std::uint64_t seed_;
  std::vector<std::byte> program_memory_;
  const Program* program_ = nullptr;
  std::vector<float> parameters_, velocities_, prepared_, gradients_, statistics_;
  std::vector<std::uint8_t> memory_, slabs_;
  std::unique_ptr<TrainState> state_ = std::make_unique<TrainState>();
  Checker checker_;
  struct Dropped {
    Kernel kernel;
    std::size_t launch;
    std::int64_t number;
  };
  std::optional<Dropped> dropped_;
  std::vector<std::int64_t> barriers_[kKernels];
};

}  // namespace lentil::cuda
