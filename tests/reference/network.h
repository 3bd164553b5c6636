// A plain interpreter of a Model: layer after layer, image after image, every value kept. What planner,
// fusion, Session and Trainer have to reproduce to the bit (float) and what central differences can trust
// (double).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "runtime/plan.h"
#include "tests/reference/graph.h"
#include "tests/reference/reference.h"

namespace lentil::reference {

// What a batch is trained towards: labels, or values of the outputs' sizes.
template <class T>
struct Targets {
  Loss loss = Loss::cross_entropy;
  std::span<const std::uint8_t> labels{};
  std::vector<T> values{};  // mse: [n][outputs]
  T label_smoothing = 0;    // losses of classes
};

// One vector for each slot of each layer of the model; empty where a layer has none.
template <class T>
using Parameters = std::vector<std::array<std::vector<T>, kSlots>>;

template <class T>
struct Gradients {
  BatchLoss<T> loss;
  std::uint32_t correct = 0;  // images whose largest output, the first of equals, is at the label
  Parameters<T> parameters;   // of every layer with weights, frozen or not; constants have none
  Parameters<T> statistics;   // of batch-norm layers that learn: the batch's mean and unbiased variance
};

template <class T>
class Network {
 public:
  // Copies the weights; borrows the model while it lives. With InputType::uint8 the images given to the
  // functions below hold pixels 0 to 255, as numbers of type T.
  explicit Network(const Model& model, InputType input = InputType::float32, std::uint64_t seed = 0);

  // [n][outputs]; dropout is off. `planned`: whose plan runs, that of a Session or of a Trainer.
  std::vector<T> infer(std::span<const T> images, Mode planned = Mode::infer) const;
  // The loss with the dropout masks of the next step.
  BatchLoss<T> loss(std::span<const T> images, const Targets<T>& targets) const;
  Gradients<T> gradients(std::span<const T> images, const Targets<T>& targets) const;
  // One SGD step. Returns the gradients from before the update.
  Gradients<T> step(std::span<const T> images, const Targets<T>& targets, const Sgd& sgd);

  std::vector<T>& tensor(std::uint32_t layer, Slot slot) { return weights_[layer][at(slot)]; }
  std::vector<T>& velocity(std::uint32_t layer, Slot slot) { return velocities_[layer][at(slot)]; }
  Parameters<T>& parameters() { return weights_; }
  void freeze(std::uint32_t layer);
  void set_steps_done(std::uint32_t steps) { step_ = steps; }

 private:
  using Batch = Images<T>;  // a vector per image
  struct Pass {
    Batch input;                 // the network's, normalised unless that is folded
    std::vector<Batch> outputs;  // of each node
    std::vector<std::vector<std::vector<std::size_t>>> argmax;  // of each max-pool: a vector per image
    std::vector<Statistics<T>> statistics;                      // of each batch-norm that learns
  };
  // How values are computed: by whose plan, and whether dropout and statistics are those of training.
  struct Run {
    const std::vector<Node>& nodes;
    bool training;
  };

  static std::size_t at(Slot slot) { return static_cast<std::size_t>(slot); }
  const std::vector<T>& values(const Node& node, Slot slot) const { return weights_[node.index][at(slot)]; }
  const std::vector<T>& weight(const Node& node) const { return values(node, Slot::weight); }
  const std::vector<T>& bias(const Node& node) const { return values(node, Slot::bias); }
  Affine<T> fixed_batch_norm(const Node& node) const;
  bool learns(const Node& node) const { return !frozen_.contains(node.index); }
  bool folds() const;
  bool folds(const Node& node) const { return folds_ && node.reads_network_input(); }
  // A last LogSoftmax, and for cross entropy a last Softmax, is one with the loss.
  bool loss_takes_last_layer(const Targets<T>& targets) const;
  kernels::RandomKey mask(const Node& node, std::size_t image) const;
  std::vector<T> dropped(const Node& node, const std::vector<T>& values, std::size_t image) const;
  const Batch& input_of(const Pass& pass, const Node& node, std::size_t i = 0) const;

  // The weights and biases that a convolution computes with.
  struct Folded {
    std::vector<T> weight, bias, scale;  // scale: of a folded batch-norm, one per output; empty: none
  };
  Folded folded(const Run& run, const Node& node) const;

  Pass forward(std::span<const T> images, const Run& run) const;
  Batch forward_batch(const Run& run, const Node& node, Pass& pass) const;
  std::vector<T> forward_one(const Run& run, const Node& node, const std::vector<T>& x, std::size_t image,
                             std::vector<std::size_t>& argmax) const;
  std::vector<T> forward_join(const Node& node, const Pass& pass, std::size_t image) const;
  BatchLoss<T> loss_of(const Pass& pass, const Targets<T>& targets) const;
  std::uint32_t count_correct(const Batch& outputs, const Targets<T>& targets) const;

  // Gradients of parameters, and of input i of a node.
  void parameter_gradients(const Node& node, const Pass& pass, const Batch& g, Gradients<T>& out) const;
  Batch backward_batch(const Node& node, const Pass& pass, const Batch& g, std::size_t i) const;
  std::vector<T> backward_one(const Node& node, const Pass& pass, const std::vector<T>& g,
                              std::size_t image) const;
  std::vector<T> backward_join(const Node& node, const Pass& pass, const std::vector<T>& g, std::size_t image,
                               std::size_t i) const;
  void conv2d_parameters(const Node& node, const Batch& x, const Batch& g, Parameters<T>& out) const;
  void linear_parameters(const Node& node, const Batch& x, const Batch& g, Parameters<T>& out) const;

  Model model_;
  std::vector<Node> nodes_, inference_nodes_;  // as a Trainer and as a Session run them
  InputType input_type_;
  bool folds_ = false;
  std::uint64_t seed_;
  std::uint32_t step_ = 0;
  Parameters<T> weights_, velocities_;
  std::set<std::uint32_t> frozen_;
};

// FNV-1a 64 of docs/numerics.md 12.
std::uint64_t parameters_hash(const Parameters<float>& parameters);

}  // namespace lentil::reference
