// Training on a GPU, as lentil::Trainer does it on the CPU: the same bits, so a training may move between
// them.
#pragma once
#include <vector>

#include "formats/host/cuda/network.h"
#include "formats/host/dataset.h"
#include "runtime/trainer.h"

namespace lentil::cuda {

// The images lie on the GPU for all epochs. A step is two kernels, and the steps of an epoch are recorded the
// first time, to be handed over in one piece from then on. Owns what it has on the GPU: one piece for the
// network, one for the images. Borrows the GPU and the model. Movable.
class CudaTrainer {
 public:
  // `options`: Mode::train with pixels, and a loss of classes. `batch`: the most images of a step. `seed`
  // keys the dropout masks.
  static Outcome<CudaTrainer> create(const Gpu& gpu, const Model& model, const PlanOptions& options,
                                     std::uint32_t batch, std::uint64_t seed);

  // What is learnt from. A GPU that shares the memory of the processor uses the pixels where they lie: then
  // they must stay as long as the trainer, or until other images come.
  Outcome<std::monostate> use_images(std::span<const std::uint8_t> pixels,
                                     std::span<const std::uint8_t> labels);

  // Steps through the images that `order` names, `batch` at a time and the rest in the last one; `sgd` has
  // the numbers of each step. As many images as were given, or fewer. Waits until all is done. After a loss
  // that is not finite the weights stay as they are, and so they do in all further steps.
  Outcome<std::vector<lentil::StepResult>> run(std::span<const std::uint32_t> order,
                                               std::span<const Sgd> sgd);

  // Weights, velocities and number of steps of a trainer on the CPU, for the same model, frozen layers and
  // momentum; and back to it.
  Outcome<std::monostate> take(Trainer& from);
  Outcome<std::monostate> give(Trainer& to);
  // As weights_hash(Session), of the weights as they are now.
  Outcome<std::uint64_t> weights_hash();

  std::uint32_t batch() const { return batch_; }
  std::uint32_t steps_of(std::size_t images) const;
  std::size_t device_bytes() const { return memory_.bytes() + data_.bytes(); }
  bool fused() const { return network_.fits_shared_memory(); }
  bool recorded() const { return static_cast<bool>(graph_); }  // the latest run was

 private:
  struct Offsets {
    std::size_t program, parameters, velocities, prepared, gradients, results, state, statistics, slabs;
  };
  struct DataOffsets {
    std::size_t pixels, labels, order, sgd, step_results;
  };
  struct Staged {
    std::size_t order, sgd, step_results;
  };
  CudaTrainer(Network network, Stream stream) : network_(std::move(network)), stream_(std::move(stream)) {}
  Outcome<std::monostate> allocate();
  Outcome<std::monostate> upload(std::span<const float> parameters, std::span<const float> velocities,
                                 std::uint32_t steps_done);
  Outcome<std::monostate> allocate_data(std::size_t images, bool copy_pixels);
  Outcome<std::monostate> check(std::span<const std::uint32_t> order, std::span<const Sgd> sgd) const;
  void stage(std::span<const std::uint32_t> order, std::span<const Sgd> sgd);
  void queue_steps(std::size_t images);
  void queue_step(std::uint32_t step, std::uint32_t first, std::uint32_t count);
  void queue_images(ImagesArgs images, RowsArgs rows);
  template <class T>
  T* on_device(std::size_t offset) const {
    return device_pointer<T>(memory_.at(offset));
  }

  Network network_;
  std::uint32_t batch_ = 0;
  bool has_velocity_ = false;
  std::uint64_t seed_ = 0;
  Offsets at_{};
  DeviceMemory memory_;

  std::size_t images_ = 0;
  DataOffsets data_at_{};
  Staged staged_at_{};
  DeviceMemory data_;
  HostMemory staged_;
  RegisteredMemory registered_;  // the pixels, where they can be used in place
  DeviceAddress pixels_ = 0;

  Stream stream_;
  Graph graph_;  // of so many images:
  std::size_t graph_images_ = 0;
};

}  // namespace lentil::cuda
