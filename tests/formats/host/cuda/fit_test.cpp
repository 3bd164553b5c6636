#include "formats/host/cuda/fit.h"

#include "formats/host/augment_options.h"
#include "formats/host/synth.h"
#include "tests/formats/host/cuda/fake.h"

using namespace lentil;
using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;
using cuda::CudaTrainer;

namespace {

constexpr std::uint32_t kBatch = 8, kImages = 30;  // the last step has six
constexpr std::uint64_t kSeed = 5;
constexpr std::string_view kSpec = "input 1x28x28, maxpool 4, dropout 0.3, flatten, linear 10";

const Dataset& digits() {
  static const Dataset data = synth_dataset(kImages, 1, SynthPart::train);
  return data;
}

PlanOptions plan_options(std::uint32_t batch) {
  return {.mode = Mode::train, .input = InputType::uint8, .batch = batch};
}

FitOptions fit_options(std::uint32_t epochs = 3) {
  return {.batches = {.batch = kBatch, .seed = kSeed},
          .sgd = {.rate = 0.05f, .momentum = 0.5f},
          .schedule = {.kind = Schedule::Kind::cosine},
          .epochs = epochs};
}

// A trainer on the processor, and one on a GPU.
struct Both {
  explicit Both(const cuda::Gpu& gpu, std::uint32_t batch = kBatch)
      : file(network(kSpec)),
        plan(file.model(), plan_options(batch)),
        arena(arena_bytes(*plan)),
        cpu(*Trainer::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), kSeed)),
        on_gpu(std::move(*CudaTrainer::create(gpu, file.model(), plan_options(batch), batch, kSeed))) {
    REQUIRE(on_gpu.use_images(digits().pixels, digits().labels));
  }
  bool same_weights() { return *on_gpu.weights_hash() == weights_hash(cpu.session()); }

  ModelFile file;
  OwnedPlan plan;
  PoisonedArena arena;
  Trainer cpu;
  CudaTrainer on_gpu;
};

struct Seen {
  std::vector<FitProgress> steps;
  FitCallback callback(std::size_t most = 1000) {
    return [this, most](const FitProgress& progress) {
      steps.push_back(progress);
      return steps.size() < most;
    };
  }
};

void check_same(const Seen& a, const Seen& b) {
  REQUIRE(a.steps.size() == b.steps.size());
  for (std::size_t i = 0; i < a.steps.size(); ++i) {
    const FitProgress &x = a.steps[i], &y = b.steps[i];
    INFO("step " << i);
    CHECK(x.epoch == y.epoch);
    CHECK(x.step == y.step);
    CHECK(x.images == y.images);
    CHECK(x.images_per_epoch == y.images_per_epoch);
    CHECK(x.batch == y.batch);
    CHECK(x.loss == y.loss);
    CHECK(x.correct == y.correct);
    CHECK(x.rate == y.rate);
  }
}

void check_same(const FitResult& a, const FitResult& b) {
  CHECK(a.steps == b.steps);
  CHECK(a.images == b.images);
  CHECK(a.cursor == b.cursor);
  CHECK(a.stopped == b.stopped);
}

std::string refusal(Both& both, const FitOptions& options, const Dataset& data = digits()) {
  const auto result = cuda::fit(both.on_gpu, data, options);
  return result ? "" : result.error().message;
}

}  // namespace

TEST_CASE("fit on a GPU reports the steps of the processor and ends with its weights") {
  FakeCuda fake;
  const AugmentOptions light = *parse_augment("light");
  const Augmenter augmenter(light, 3, 1, 28, 28);
  const auto gpu = open_fake();
  for (const char* settings : {"", "capture=900", "integrated,register", "integrated"}) {
    for (const Augmenter* chosen : {static_cast<const Augmenter*>(nullptr), &augmenter}) {
      INFO(settings << (chosen != nullptr ? ", distorted" : ""));
      fake.reset(settings);
      const auto chosen_gpu = open_fake();
      Both both(*chosen_gpu);
      FitOptions options = fit_options();
      options.augmenter = chosen;
      Seen cpu, on_gpu;
      const auto expected = fit(both.cpu, digits(), options, cpu.callback());
      const auto found = cuda::fit(both.on_gpu, digits(), options, on_gpu.callback());
      REQUIRE(expected);
      REQUIRE(found);
      check_same(*expected, *found);
      check_same(cpu, on_gpu);
      CHECK(both.same_weights());
      CHECK(std::string(fake.report().finding) == "");
    }
  }
}

TEST_CASE("an epoch goes to the GPU in one piece, distorted images step by step") {
  FakeCuda fake;
  const auto gpu = open_fake();
  Both both(*gpu);
  fake.reset("");
  REQUIRE(cuda::fit(both.on_gpu, digits(), fit_options(2)));
  CHECK(fake.report().graph_launches == 2);
  CHECK(fake.report().launches == 2 * 2 * 4);
}

TEST_CASE("a run on a GPU ends with the steps that it is to end with, and goes on from there") {
  FakeCuda fake;
  const auto gpu = open_fake();
  Both both(*gpu);
  FitOptions options = fit_options();
  REQUIRE(fit(both.cpu, digits(), options));
  options.max_steps = 6;
  const auto first = cuda::fit(both.on_gpu, digits(), options);
  REQUIRE(first);
  CHECK(first->steps == 6);
  CHECK(first->cursor == BatchCursor{1, 2 * kBatch});
  CHECK(both.on_gpu.steps_done() == 6);
  options.max_steps = 0;
  options.start = first->cursor;
  REQUIRE(cuda::fit(both.on_gpu, digits(), options));
  CHECK(both.same_weights());
}

TEST_CASE("whoever ends a run on a GPU gets the place after the steps that were done together") {
  FakeCuda fake;
  const auto gpu = open_fake();
  Both both(*gpu);
  FitOptions options = fit_options();
  REQUIRE(fit(both.cpu, digits(), options));
  Seen seen;
  const auto first = cuda::fit(both.on_gpu, digits(), options, seen.callback(2));
  REQUIRE(first);
  CHECK(first->stopped);
  CHECK(seen.steps.size() == 4);  // all of the epoch are told
  CHECK(first->cursor == BatchCursor{1, 0});
  options.start = first->cursor;
  REQUIRE(cuda::fit(both.on_gpu, digits(), options));
  CHECK(both.same_weights());
}

TEST_CASE("a fit that does not suit the trainer on the GPU is refused") {
  FakeCuda fake;
  const auto gpu = open_fake();
  Both both(*gpu);
  FitOptions options = fit_options();
  options.batches.batch = 4;
  CHECK_THAT(refusal(both, options), Contains("a batch of 4") && Contains("have 8"));
  options.batches.batch = 0;
  CHECK_THAT(refusal(both, options), Contains("at least one image"));
  Dataset fewer = digits();
  fewer.labels.pop_back();
  fewer.pixels.resize(fewer.labels.size() * fewer.image_size());
  CHECK_THAT(refusal(both, fit_options(), fewer), Contains("has 30 images of a data set of 29"));
  fewer.labels.clear();
  fewer.pixels.clear();
  CHECK_THAT(refusal(both, fit_options(), fewer), Contains("holds no images"));
  CHECK(refusal(both, fit_options()) == "");
}

TEST_CASE("a loss that is not finite is told with the step at which it was") {
  FakeCuda fake;
  const auto gpu = open_fake();
  Both both(*gpu);
  FitOptions options = fit_options();
  options.sgd.rate = std::numeric_limits<float>::infinity();
  options.schedule = {};
  const auto cpu = fit(both.cpu, digits(), options);
  REQUIRE_FALSE(cpu);
  CHECK(refusal(both, options) == cpu.error().message);
  CHECK(both.on_gpu.steps_done() == both.cpu.steps_done());
}
