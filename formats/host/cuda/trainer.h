// Training on a GPU, as lentil::Trainer does it on the CPU: the same bits, so a training may move between
// them.
#pragma once
#include <vector>

#include "formats/host/cuda/network.h"
#include "formats/host/dataset.h"
#include "runtime/trainer.h"

namespace lentil::cuda {

// The images lie on the GPU for all epochs, or come along with each step. A step is two kernels; the steps of
// an epoch are recorded the first time, to be handed over in one piece from then on. Has one piece of memory
// on the GPU for the network and one for the images, its own or the caller's. Borrows the GPU and the model.
// Movable.
class CudaTrainer {
 public:
  // `options`: Mode::train with pixels, and a loss of classes. `batch`: the most images of a step. `seed`
  // keys the dropout masks. `arena`: device_bytes() are enough, one less is refused.
  static Outcome<CudaTrainer> create(const Gpu& gpu, const Model& model, const PlanOptions& options,
                                     std::uint32_t batch, std::uint64_t seed, const DeviceArena& arena = {});
  static Outcome<std::size_t> device_bytes(const Gpu& gpu, const Model& model, const PlanOptions& options,
                                           std::uint32_t batch);

  // What run() learns from. A GPU that shares the memory of the processor uses the pixels where they lie:
  // then they must stay as long as the trainer, or until other images come. `arena`: images_bytes() are
  // enough, one less is refused.
  Outcome<std::monostate> use_images(std::span<const std::uint8_t> pixels,
                                     std::span<const std::uint8_t> labels, const DeviceArena& arena = {});
  std::size_t images_bytes(std::size_t images) const { return data_offsets(images, copies_images()).bytes; }
  std::size_t images() const { return images_; }  // that it has; 0: none

  // Steps through the images that `order` names, `batch` at a time and the rest in the last one; `sgd` has
  // the numbers of each step. As many images as were given, or fewer. Waits until all is done. After a loss
  // that is not finite the weights stay as they are, and so they do in all further steps.
  Outcome<std::vector<lentil::StepResult>> run(std::span<const std::uint32_t> order,
                                               std::span<const Sgd> sgd);

  // One step on images that come along, `batch` or fewer, as Trainer::step(): with their labels, or with
  // outputs to approach ([images][outputs]).
  Outcome<lentil::StepResult> step(std::span<const std::uint8_t> pixels, std::span<const std::uint8_t> labels,
                                   const Sgd& sgd);
  Outcome<lentil::StepResult> step(std::span<const std::uint8_t> pixels, std::span<const float> targets,
                                   const Sgd& sgd);

  // Weights, velocities and number of steps of a trainer on the CPU, for the same model, frozen layers and
  // momentum; and back to it.
  Outcome<std::monostate> take(Trainer& from);
  Outcome<std::monostate> give(Trainer& to);
  // As weights_hash(Session), of the weights as they are now.
  Outcome<std::uint64_t> weights_hash();

  const Model& model() const { return network_.model(); }
  std::size_t output_size() const { return network_.program().outputs; }  // values per image
  std::uint32_t batch() const { return batch_; }
  std::uint32_t steps_of(std::size_t images) const;
  std::uint32_t steps_done() const { return steps_done_; }
  double step_seconds() const { return step_seconds_; }  // mean of the latest run(); 0 before it
  std::size_t device_bytes() const { return memory_.bytes() + data_.bytes(); }
  bool fused() const { return network_.fits_shared_memory(); }
  bool recorded() const { return static_cast<bool>(graph_); }  // the latest run was

 private:
  struct Offsets {
    std::size_t program, parameters, velocities, prepared, gradients, results, state, statistics, step, slabs,
        bytes;
    Offsets(const Network& network, std::uint32_t batch, bool velocities);
  };
  // Of what comes along with a step, and of what it answers.
  struct StepOffsets {
    std::size_t result, sgd, truth, pixels, bytes;
    StepOffsets(const Network& network, std::uint32_t batch);
  };
  struct DataOffsets {
    std::size_t pixels, labels, order, sgd, step_results, bytes;
  };
  // Where a step finds its images, and leaves its result. 0: there is no order, no labels, no targets.
  struct Source {
    DeviceAddress images, order, labels, targets, sgd, results;
  };
  CudaTrainer(Network network, Stream stream, std::uint32_t batch, bool velocities, std::uint64_t seed);
  Outcome<std::monostate> allocate(const DeviceArena& arena);
  Outcome<std::monostate> upload(std::span<const float> parameters, std::span<const float> velocities,
                                 std::uint32_t steps_done);
  bool copies_images() const;
  DataOffsets data_offsets(std::size_t images, bool copy_pixels) const;
  Outcome<std::monostate> check_labels(std::span<const std::uint8_t> labels) const;
  Outcome<std::monostate> allocate_data(std::size_t images, const DeviceArena& arena);
  Outcome<std::monostate> check(std::span<const std::uint32_t> order, std::span<const Sgd> sgd) const;
  Outcome<std::monostate> check_statistics(std::size_t images) const;  // of a step
  void stage(std::span<const std::uint32_t> order, std::span<const Sgd> sgd);
  std::vector<lentil::StepResult> collect(std::span<const std::byte> results, std::size_t count);
  Outcome<lentil::StepResult> step(std::span<const std::uint8_t> pixels, std::span<const std::byte> truth,
                                   std::size_t images, const Sgd& sgd);
  Outcome<std::monostate> allocate_step();
  void hand_over_step(std::uint32_t images, bool labels);
  void queue_own_step(std::uint32_t images, bool labels);
  void queue_steps(std::size_t images);
  void queue_step(const Source& source, std::uint32_t step, std::uint32_t first, std::uint32_t count);
  void queue_images(ImagesArgs images, RowsArgs rows);
  template <class T>
  T* on_device(std::size_t offset) const {
    return device_pointer<T>(memory_.at(offset));
  }

  Network network_;
  std::uint32_t batch_;
  bool has_velocity_;
  std::uint64_t seed_;
  Offsets at_;
  StepOffsets step_at_;
  DeviceMemory memory_;
  std::uint32_t steps_done_ = 0;
  double step_seconds_ = 0;

  std::size_t images_ = 0;
  DataOffsets data_at_{}, staged_at_{};
  DeviceMemory data_;
  HostMemory staged_;
  RegisteredMemory registered_;  // the pixels, where they can be used in place
  DeviceAddress pixels_ = 0;

  HostMemory step_staged_;        // from the first step() on
  DeviceAddress step_block_ = 0;  // where the GPU sees it, or its copy

  Stream stream_;
  Graph graph_;  // of so many images:
  std::size_t graph_images_ = 0;
  Graph step_graph_;  // of a whole batch, with labels or with targets:
  bool step_graph_labels_ = false;
};

}  // namespace lentil::cuda
