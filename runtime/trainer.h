// Training in place: forward, backward and SGD over one batch, in memory that the caller owns.
#pragma once
#include <cstdint>
#include <span>

#include "runtime/session.h"

namespace lentil {

// v = momentum * v + (gradient + weight_decay * w); w -= rate * v      (docs/numerics.md 10)
struct Sgd {
  float rate = 0.01f;
  float momentum = 0;
  float weight_decay = 0;
  bool nesterov = false;
};

struct StepResult {
  Status status = Status::ok;  // non_finite_loss and wrong arguments leave the weights as they were
  float loss = 0;              // mean over the batch's images, before the update
  std::uint32_t correct = 0;   // images whose largest output is at the label (class losses)
};

struct ImageLoss;

class Trainer {
 public:
  // The plan must be made with Mode::train. `seed` keys the dropout masks. Velocities start at zero.
  static Result<Trainer> create(const Model& model, const Plan& plan, const kernels::KernelTable& kernels,
                                std::span<std::byte> arena, std::uint64_t seed, ParallelFor parallel = {});

  // One SGD step on n <= batch images, where n is labels.size() or targets.size() / output_size().
  // With PlanOptions::accumulate n may be larger: gradients are added up `batch` images at a time, and then
  // applied once, with the bits of a plan whose batch is n. (Batch-norm alone takes its statistics from
  // `batch` images at a time.) The images may also come in several calls: `total` says how many there will
  // be (0: these are all), the same in each of them. The weights change with the last of them; the result
  // counts all that have come. A status other than ok drops the whole step.
  StepResult step(std::span<const float> input, std::span<const std::uint8_t> labels, const Sgd& sgd,
                  std::uint32_t total = 0);
  StepResult step(std::span<const std::uint8_t> pixels, std::span<const std::uint8_t> labels, const Sgd& sgd,
                  std::uint32_t total = 0);
  // Targets of mse are outputs, those of cross_entropy probabilities: smoothing is up to the caller.
  StepResult step(std::span<const float> input, std::span<const float> targets, const Sgd& sgd,
                  std::uint32_t total = 0);
  StepResult step(std::span<const std::uint8_t> pixels, std::span<const float> targets, const Sgd& sgd,
                  std::uint32_t total = 0);

  Session& session() { return session_; }  // inference with the weights as they are now
  const Session& session() const { return session_; }

  // State for a checkpoint: with the weights of session().tensor(), the velocities and the step number
  // a new Trainer continues to the same bits. Mutable spans point into the arena; empty where frozen.
  std::span<float> weights(std::uint32_t layer, Slot slot) { return trained(layer, slot, false); }
  std::span<float> velocity(std::uint32_t layer, Slot slot) { return trained(layer, slot, true); }
  std::uint32_t steps_done() const { return step_; }
  void restore_step(std::uint32_t steps_done) { step_ = steps_done; }
  std::uint64_t seed() const { return seed_; }
  void restore_seed(std::uint64_t seed) { seed_ = seed; }
  // What a step on so many images would say before it computes anything: Status::batch_too_small if a
  // batch-norm that learns would get a single value of each channel from the last `batch` of them.
  Status check_statistics(std::uint32_t images) const;
  // Call after writing through weights(): packed and folded copies follow.
  void weights_changed();

  // All trained values in one piece, in file order, statistics of trained layers included: to keep the best
  // weights aside in memory of the caller's. Status::wrong_size unless there is room for trained_values().
  std::size_t trained_values() const;
  Status save_weights(std::span<float> to) const;
  Status load_weights(std::span<const float> from);

 private:
  struct Input {
    const std::byte* data;
    std::size_t values;
    InputType type;
  };
  // What is to be learnt from: the images of a step, or those of them that are computed together.
  struct Images {
    Input input;
    std::span<const std::uint8_t> labels;
    std::span<const float> targets;  // one of the two is empty
    std::uint32_t count;
  };
  struct Run {
    Images images;
    std::uint32_t before, total;  // images of the same step
    Sgd sgd;
  };
  StepResult step_checked(Images images, const Sgd& sgd, std::uint32_t total);
  Status check(const Images& images, std::uint32_t total) const;
  Images part(const Images& images, std::uint32_t first, std::uint32_t count) const;
  StepResult run_part(const Run& run);
  OpContext context(const Run& run, const Step& step) const;
  ImageLoss loss_of(const Run& run, std::uint32_t image) const;  // writes the gradient, too
  ImageLoss* losses() const;  // of every image, where the plan goes by image
  void add_loss(const ImageLoss& loss);
  StepResult result_of(const Run& run) const;
  // Step by step, each with all images.
  StepResult run_steps(const Run& run);
  void backward(const Run& run, const Step& step);
  // A few images at a time through all steps and back, then the weights.
  StepResult run_by_image(const Run& run);
  void run_images(const Run& run, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) const;
  void update_weights(const Run& run) const;
  std::span<float> trained(std::uint32_t layer, Slot slot, bool velocity) const;
  template <class Visit>
  void for_each_trained(Visit visit) const;  // visit(tensor) in file order; some are empty

  Session session_;
  std::uint64_t seed_ = 0;
  std::uint32_t step_ = 0;
  // Of a step whose images have not all come:
  std::uint32_t pending_ = 0, pending_total_ = 0, pending_correct_ = 0;
  float pending_loss_ = 0;
};

// 64-bit hash of the weights as they are now, as weights_hash(Model).
std::uint64_t weights_hash(const Session& session);

}  // namespace lentil
