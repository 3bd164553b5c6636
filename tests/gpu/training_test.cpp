// What a GPU learns is what the processor learns, bit for bit.
#include <numeric>

#include "formats/host/batches.h"
#include "formats/host/cuda/trainer.h"
#include "formats/host/synth.h"
#include "models/registry.h"
#include "tests/gpu/cpu_trainer.h"
#include "tests/gpu/hardware.h"

using namespace lentil;
using namespace lentil::test;
using cuda::CudaTrainer;

namespace {

constexpr std::uint64_t kSeed = 5;

struct Data {
  std::vector<std::uint8_t> pixels, labels;
};

Data drawn_data(const formats::ModelFile& file, std::uint32_t images) {
  return {random_bytes(images * file.input.count(), 3), random_bytes(images, 4, 10)};
}

CudaTrainer trainer_on(const cuda::Gpu& gpu, const Model& model, const PlanOptions& options,
                       const Data& data) {
  auto trainer = CudaTrainer::create(gpu, model, options, options.batch, kSeed);
  if (!trainer) throw std::runtime_error(trainer.error().message);
  if (auto used = trainer->use_images(data.pixels, data.labels); !used)
    throw std::runtime_error(used.error().message);
  return std::move(*trainer);
}

void check_same(const std::vector<StepResult>& a, const std::vector<StepResult>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    INFO("step " << i);
    REQUIRE(a[i].status == b[i].status);
    REQUIRE(a[i].loss == b[i].loss);
    REQUIRE(a[i].correct == b[i].correct);
  }
}

std::uint64_t hash_of(CudaTrainer& trainer, const Model& model, const PlanOptions& options) {
  CpuTrainer holder(model, options, kSeed);
  REQUIRE(trainer.give(*holder));
  return holder.hash();
}

// One pass on both through `epochs` shuffled orders.
void check_epochs(const cuda::Gpu& gpu, const formats::ModelFile& file, const PlanOptions& options,
                  const Data& data, const Sgd& sgd, std::uint32_t epochs) {
  CpuTrainer cpu(file.model(), options, kSeed);
  CudaTrainer trainer = trainer_on(gpu, file.model(), options, data);
  std::vector<std::uint32_t> order(data.labels.size());
  const std::vector<Sgd> numbers(trainer.steps_of(order.size()), sgd);
  for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
    formats::shuffle_order(order, kSeed, epoch);
    const auto results = trainer.run(order, numbers);
    INFO((results ? "" : results.error().message));
    REQUIRE(results);
    check_same(*results, cpu.run(data.pixels, data.labels, order, numbers, options.batch));
  }
  CHECK(hash_of(trainer, file.model(), options) == cpu.hash());
}

}  // namespace

TEST_CASE("gradients on a GPU are the processor's: weights after one step without momentum", "[gpu][small]") {
  const auto gpu = find_gpu();
  if (!gpu) return;
  for (const models::Definition& entry : models::definitions()) {
    INFO(entry.name);
    formats::ModelFile file = entry.make();
    formats::initialize(file, 4);
    const PlanOptions options{.mode = Mode::train, .input = InputType::uint8, .batch = 4, .momentum = false};
    check_epochs(*gpu, file, options, drawn_data(file, 4), {.rate = 1}, 1);
  }
}

TEST_CASE("ten steps on a GPU are the processor's, and go on there", "[gpu][small][tiny]") {
  const auto gpu = find_gpu();
  if (!gpu) return;
  const auto file = network(kLenetSpec);
  const PlanOptions options{.mode = Mode::train, .input = InputType::uint8, .batch = 7};
  const Data data = drawn_data(file, 5 * 7 - 2);
  check_epochs(*gpu, file, options, data, {.rate = 0.02f, .momentum = 0.9f, .weight_decay = 0.001f}, 2);

  std::vector<std::uint32_t> order(data.labels.size());
  std::iota(order.begin(), order.end(), 0u);
  const std::vector<Sgd> sgd(5, {.rate = 0.02f, .momentum = 0.9f});
  CpuTrainer cpu(file.model(), options, kSeed), moved(file.model(), options, kSeed);
  for (int i = 0; i < 3; ++i) cpu.run(data.pixels, data.labels, order, sgd, options.batch);
  moved.run(data.pixels, data.labels, order, sgd, options.batch);
  CudaTrainer trainer = trainer_on(*gpu, file.model(), options, data);
  REQUIRE(trainer.take(*moved));
  REQUIRE(trainer.run(order, sgd));
  REQUIRE(trainer.give(*moved));
  moved.run(data.pixels, data.labels, order, sgd, options.batch);
  CHECK(moved.hash() == cpu.hash());
}

TEST_CASE("an epoch of 938 steps on a GPU is the processor's, twice", "[gpu]") {
  const auto gpu = find_gpu();
  if (!gpu) return;
  const auto file = network(kLenetSpec);
  formats::Dataset digits = formats::synth_dataset(formats::kSynthTrainImages, 1, formats::SynthPart::train);
  const Data data{std::move(digits.pixels), std::move(digits.labels)};
  const PlanOptions options{.mode = Mode::train, .input = InputType::uint8, .batch = 64};
  const Sgd sgd{.rate = 0.005f, .momentum = 0.9f};
  for (int twice = 0; twice < 2; ++twice) check_epochs(*gpu, file, options, data, sgd, 1);
}
