// The tutorial's LeNet without a file: its layers, its first weights, and what 20 steps make of them.
#include <array>
#include <cmath>

#include "runtime/trainer.h"
#include "tests/contract/case_data.h"
#include "tests/contract/contract_hashes.h"
#include "tests/contract/lenet_images.h"

namespace lentil::contract {
namespace {

constexpr std::size_t kLayers = 13;

// As formats/initial_weights draws them.
std::span<const float> draw(Pieces& pieces, std::size_t count, std::uint32_t inputs, std::uint32_t layer,
                            Slot slot) {
  const kernels::RandomKey key{kWeightSeed, kernels::RandomUse::initial_weights, layer, 0,
                               static_cast<std::uint32_t>(slot)};
  const float bound = 1.0f / std::sqrt(static_cast<float>(inputs));
  const auto values = pieces.of<float>(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = (2.0f * kernels::random_uniform(key, static_cast<std::uint32_t>(i)) - 1.0f) * bound;
  }
  return values;
}

class Lenet {
 public:
  explicit Lenet(Pieces& pieces) {
    conv2d(pieces, 0, 1, 10);
    max_pool(1);
    layers_[2].type = LayerType::relu;
    conv2d(pieces, 3, 10, 20);
    dropout(4, LayerType::dropout2d);
    max_pool(5);
    layers_[6].type = LayerType::relu;
    layers_[7].type = LayerType::flatten;
    linear(pieces, 8, 320, 50);
    layers_[9].type = LayerType::relu;
    dropout(10, LayerType::dropout);
    linear(pieces, 11, 50, 10);
    layers_[12].type = LayerType::log_softmax;
  }
  Model model() const {
    return {.source = this,
            .read_layer = [](const void* self,
                             std::uint32_t i) { return static_cast<const Lenet*>(self)->layers_[i]; },
            .layer_count = kLayers,
            .input = {1, 28, 28},
            .normalization = {.mean = {0.1307f}, .std = {0.3081f}}};
  }

 private:
  void parameters(Pieces& pieces, std::uint32_t layer, std::uint32_t inputs) {
    Layer& l = layers_[layer];
    l.tensors[0] = draw(pieces, std::size_t{inputs} * l.out_features, inputs, layer, Slot::weight);
    l.tensors[1] = draw(pieces, l.out_features, inputs, layer, Slot::bias);
  }
  void conv2d(Pieces& pieces, std::uint32_t layer, std::uint32_t inputs, std::uint32_t outputs) {
    layers_[layer].type = LayerType::conv2d;
    layers_[layer].in_features = inputs;
    layers_[layer].out_features = outputs;
    layers_[layer].kernel = {5, 5};
    parameters(pieces, layer, inputs * 25);
  }
  void linear(Pieces& pieces, std::uint32_t layer, std::uint32_t inputs, std::uint32_t outputs) {
    layers_[layer].type = LayerType::linear;
    layers_[layer].in_features = inputs;
    layers_[layer].out_features = outputs;
    parameters(pieces, layer, inputs);
  }
  void max_pool(std::uint32_t layer) {
    layers_[layer].type = LayerType::max_pool2d;
    layers_[layer].kernel = layers_[layer].stride = {2, 2};
  }
  void dropout(std::uint32_t layer, LayerType type) {
    layers_[layer].type = type;
    layers_[layer].rate = 0.5f;
  }

  std::array<Layer, kLayers> layers_{};
};

void train(const kernels::KernelTable& table, Pieces pieces, const char* topic, const PlanOptions& options,
           const Report& report) {
  const Lenet lenet(pieces);
  const Model model = lenet.model();
  const auto made = plan(model, options, pieces.bytes(plan_memory_bytes(model)));
  if (!made) return report(topic, "plan", static_cast<std::uint64_t>(made.error().status));
  auto trainer = Trainer::create(model, **made, table, pieces.bytes(arena_bytes(**made)), kDropoutSeed);
  if (!trainer) return report(topic, "create", static_cast<std::uint64_t>(trainer.error().status));

  const auto pixels = pieces.of<std::uint8_t>(std::size_t{options.batch} * kImagePixels);
  const auto labels = pieces.of<std::uint8_t>(options.batch);
  Hash losses;
  for (std::uint32_t step = 0; step < kTrainingSteps; ++step) {
    for (std::uint32_t i = 0; i < pixels.size(); ++i) {
      pixels[i] = image_pixel(step * options.batch + i / kImagePixels, i % kImagePixels);
    }
    for (std::uint32_t b = 0; b < options.batch; ++b) labels[b] = image_label(step * options.batch + b);
    const StepResult result = trainer->step(pixels, labels, {.rate = 0.05f, .momentum = 0.9f});
    if (result.status != Status::ok) return report(topic, "step", static_cast<std::uint64_t>(result.status));
    losses.add(result.loss);
  }
  report(topic, "losses", losses.value());
  report(topic, "weights", weights_hash(trainer->session()));
}

struct PlanCase {
  const char* name;
  PlanOptions options;
};
constexpr PlanCase kPlans[] = {
    {"infer_small_float_1", {.goal = Goal::small}},
    {"infer_small_pixels_1", {.goal = Goal::small, .input = InputType::uint8}},
    {"infer_fast_float_1", {}},
    {"infer_fast_pixels_64_threads_3", {.input = InputType::uint8, .batch = 64, .threads = 3}},
    {"train_small_float_1", {.mode = Mode::train, .goal = Goal::small}},
    {"train_small_pixels_1", {.mode = Mode::train, .goal = Goal::small, .input = InputType::uint8}},
    {"train_small_float_17", {.mode = Mode::train, .goal = Goal::small, .batch = 17}},
    {"train_fast_float_64", {.mode = Mode::train, .batch = 64}},
    {"train_unfused_64", {.mode = Mode::train, .batch = 64, .fuse = false}},
    {"train_no_momentum_1", {.mode = Mode::train, .goal = Goal::small, .momentum = false}},
    // 2^32 bytes and a little more: nothing may wrap where size_t has 32 bits.
    {"train_batch_295785", {.mode = Mode::train, .goal = Goal::small, .batch = 295785}},
    {"train_batch_2_to_30", {.mode = Mode::train, .goal = Goal::small, .batch = 1u << 30}},
    // The batch costs inference nothing.
    {"infer_batch_2_to_30", {.goal = Goal::small, .batch = 1u << 30}},
};

std::uint64_t bytes_or_refusal(const Model& model, const PlanOptions& options, std::span<std::byte> memory) {
  const auto made = plan(model, options, memory);
  return made ? arena_bytes(**made)
              : std::uint64_t{1} << 63 | static_cast<std::uint64_t>(made.error().status);
}

}  // namespace

void plan_sizes(std::span<std::byte> memory, const Report& report) {
  Pieces pieces(memory);
  const Lenet lenet(pieces);
  const Model model = lenet.model();
  const auto plan_memory = pieces.bytes(plan_memory_bytes(model));
  for (const PlanCase& c : kPlans) {
    report("plan_bytes", c.name, bytes_or_refusal(model, c.options, plan_memory));
  }
  Model huge = model;
  huge.input = {65537, 256, 256};  // 2^32 values and 65536
  report("plan_bytes", "input_of_2_to_32_values", bytes_or_refusal(huge, {}, plan_memory));
}

void small_training_hashes(const kernels::KernelTable& table, std::span<std::byte> memory,
                           const Report& report) {
  train(table, Pieces(memory), "lenet_batch1_small",
        {.mode = Mode::train, .goal = Goal::small, .input = InputType::uint8}, report);
}

void batch_training_hashes(const kernels::KernelTable& table, std::span<std::byte> memory,
                           const Report& report) {
  train(table, Pieces(memory), "lenet_20_steps",
        {.mode = Mode::train, .goal = Goal::fast, .input = InputType::uint8, .batch = 64}, report);
}

}  // namespace lentil::contract
