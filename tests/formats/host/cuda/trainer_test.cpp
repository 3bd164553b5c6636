#include "formats/host/cuda/trainer.h"

#include <limits>
#include <numeric>

#include "formats/host/batches.h"
#include "tests/formats/host/cuda/fake.h"

using namespace lentil;
using namespace lentil::test;
using Catch::Contains;
using cuda::CudaTrainer;

namespace {

constexpr std::uint32_t kImages = 10, kBatch = 4, kSteps = 3;  // the last step has two images
constexpr std::uint64_t kSeed = 5;
constexpr Sgd kSgd{.rate = 0.05f, .momentum = 0.9f, .weight_decay = 0.001f};
constexpr const char* kSmall = "input 1x8x8, conv 3 k3, dropout2d 0.3, maxpool 2, relu, flatten, linear 5";

PlanOptions options() { return {.mode = Mode::train, .input = InputType::uint8, .batch = kBatch}; }

// A network with its images, and a trainer for it on the processor.
class Job {
 public:
  explicit Job(std::string_view spec, const PlanOptions& plan_options = options())
      : file(network(spec)),
        pixels(random_bytes(kImages * file.input.count(), 3)),
        labels(random_bytes(kImages, 4, 5)),
        plan_options_(plan_options),
        plan_(file.model(), plan_options),
        arena_(arena_bytes(*plan_)),
        cpu(*Trainer::create(file.model(), *plan_, *kernels::cpu().table, arena_.bytes(), kSeed)) {}

  std::vector<std::uint32_t> order(std::uint32_t epoch) const {
    std::vector<std::uint32_t> all(kImages);
    formats::shuffle_order(all, kSeed, epoch);
    return all;
  }

  std::vector<StepResult> cpu_epoch(std::uint32_t epoch) {
    std::vector<StepResult> results;
    const auto all = order(epoch);
    for (std::uint32_t first = 0; first < kImages; first += kBatch) {
      std::vector<std::uint8_t> images, classes;
      for (std::uint32_t i = first; i < std::min(first + kBatch, kImages); ++i) {
        const auto begin = pixels.begin() + static_cast<std::ptrdiff_t>(all[i] * file.input.count());
        images.insert(images.end(), begin, begin + static_cast<std::ptrdiff_t>(file.input.count()));
        classes.push_back(labels[all[i]]);
      }
      results.push_back(cpu.step(std::span<const std::uint8_t>(images), classes, kSgd));
    }
    return results;
  }

  cuda::Outcome<CudaTrainer> on(const cuda::Gpu& gpu) const {
    auto trainer = CudaTrainer::create(gpu, file.model(), plan_options_, kBatch, kSeed);
    if (!trainer) return trainer.error();
    if (auto used = trainer->use_images(pixels, labels); !used) return used.error();
    return trainer;
  }

  const formats::ModelFile file;
  const std::vector<std::uint8_t> pixels, labels;

 private:
  PlanOptions plan_options_;
  OwnedPlan plan_;
  PoisonedArena arena_;

 public:
  Trainer cpu;
};

std::vector<Sgd> steps(std::size_t count = kSteps) { return std::vector<Sgd>(count, kSgd); }

void check_same(const std::vector<StepResult>& a, const std::vector<StepResult>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].status == b[i].status);
    CHECK(a[i].loss == b[i].loss);
    CHECK(a[i].correct == b[i].correct);
  }
}

}  // namespace

TEST_CASE("epochs on a GPU give the processor's losses, weights and velocities, recorded or not") {
  FakeCuda fake;
  for (const char* settings :
       {"", "capture=900", "integrated,register", "integrated", "shared=2048,optin=2048"}) {
    for (const std::string_view spec : {kLenetSpec, std::string_view(kSmall)}) {
      INFO(settings << ": " << spec);
      fake.reset(settings);
      Job job(spec), same(spec);
      {
        const auto gpu = open_fake();
        auto trainer = job.on(*gpu);
        REQUIRE(trainer);
        for (std::uint32_t epoch = 0; epoch < 3; ++epoch) {
          const auto results = trainer->run(job.order(epoch), steps());
          REQUIRE(results);
          check_same(*results, job.cpu_epoch(epoch));
        }
        CHECK(trainer->recorded() == (std::string_view(settings) != "capture=900"));
        REQUIRE(trainer->give(same.cpu));
        CHECK(*trainer->weights_hash() == weights_hash(job.cpu.session()));
      }
      CHECK(weights_hash(same.cpu.session()) == weights_hash(job.cpu.session()));
      CHECK(same.cpu.steps_done() == 9);
      CHECK(fake.report().launches == 1 + 3 * 2 * kSteps);
      CHECK(fake.report().live == 0);
      CHECK(std::string(fake.report().finding) == "");
    }
  }
}

TEST_CASE("a training moves from the processor to a GPU and back to the same bits") {
  FakeCuda fake;
  Job job(kLenetSpec), moved(kLenetSpec);
  for (std::uint32_t epoch = 0; epoch < 4; ++epoch) job.cpu_epoch(epoch);

  moved.cpu_epoch(0);
  const auto gpu = open_fake();
  auto trainer = moved.on(*gpu);
  REQUIRE(trainer);
  REQUIRE(trainer->take(moved.cpu));
  REQUIRE(trainer->run(moved.order(1), steps()));
  REQUIRE(trainer->run(moved.order(2), steps()));
  REQUIRE(trainer->give(moved.cpu));
  moved.cpu_epoch(3);
  CHECK(weights_hash(moved.cpu.session()) == weights_hash(job.cpu.session()));
  for (std::uint32_t layer = 0; layer < job.file.model().layer_count; ++layer) {
    const auto a = job.cpu.velocity(layer, Slot::weight), b = moved.cpu.velocity(layer, Slot::weight);
    CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  }
}

TEST_CASE("without momentum, and with frozen layers, it is the same") {
  FakeCuda fake;
  PlanOptions plain = options();
  plain.momentum = false;
  const std::vector<std::uint16_t> frozen{0};
  PlanOptions partly = options();
  partly.frozen = frozen;
  for (const PlanOptions& chosen : {plain, partly}) {
    Job job(kSmall, chosen), same(kSmall, chosen);
    const Sgd sgd{.rate = 0.05f, .momentum = chosen.momentum ? 0.9f : 0.0f};
    const auto gpu = open_fake();
    auto trainer = job.on(*gpu);
    REQUIRE(trainer);
    const auto all = job.order(0);
    REQUIRE(trainer->run(std::span(all).first(kBatch), std::span(&sgd, 1)));
    REQUIRE(trainer->give(same.cpu));
    std::vector<std::uint8_t> images, classes;
    for (const std::uint32_t i : std::span(all).first(kBatch)) {
      images.insert(images.end(), job.pixels.begin() + i * 64, job.pixels.begin() + (i + 1) * 64);
      classes.push_back(job.labels[i]);
    }
    REQUIRE(job.cpu.step(std::span<const std::uint8_t>(images), classes, sgd).status == Status::ok);
    CHECK(weights_hash(same.cpu.session()) == weights_hash(job.cpu.session()));
  }
}

TEST_CASE("an epoch is recorded once, and again when it has another size") {
  FakeCuda fake;
  Job job(kSmall);
  const auto gpu = open_fake();
  auto trainer = job.on(*gpu);
  REQUIRE(trainer);
  const auto all = job.order(0);
  fake.reset("");
  REQUIRE(trainer->run(all, steps()));
  REQUIRE(trainer->run(all, steps()));
  CHECK(fake.report().graph_launches == 2);
  const std::uint64_t calls = fake.report().calls;
  REQUIRE(trainer->run(all, steps()));
  CHECK(fake.report().calls - calls < 20);  // none of them a kernel's
  REQUIRE(trainer->run(std::span(all).first(8), steps(2)));
  CHECK(trainer->recorded());
  CHECK(fake.report().launches == 2 * (3 * 3 + 2));
}

TEST_CASE("a loss that is not finite leaves the weights as they were, from that step on") {
  FakeCuda fake;
  Job job(kSmall), same(kSmall);
  const auto gpu = open_fake();
  auto trainer = job.on(*gpu);
  REQUIRE(trainer);
  std::vector<Sgd> wild = steps();
  wild[0].rate = std::numeric_limits<float>::infinity();
  const auto results = trainer->run(job.order(0), wild);
  REQUIRE(results);
  CHECK((*results)[0].status == Status::ok);
  CHECK((*results)[1].status == Status::non_finite_loss);
  CHECK((*results)[2].status == Status::non_finite_loss);
}

TEST_CASE("runs and images that do not suit the network are refused") {
  FakeCuda fake;
  Job job(kSmall);
  const auto gpu = open_fake();
  CHECK_FALSE(CudaTrainer::create(*gpu, job.file.model(), options(), 0, kSeed));
  PlanOptions floats = options();
  floats.input = InputType::float32;
  CHECK_FALSE(CudaTrainer::create(*gpu, job.file.model(), floats, kBatch, kSeed));
  auto trainer = CudaTrainer::create(*gpu, job.file.model(), options(), kBatch, kSeed);
  REQUIRE(trainer);
  CHECK_FALSE(trainer->run(job.order(0), steps()));  // no images yet
  CHECK_FALSE(trainer->use_images(job.pixels, std::span(job.labels).first(9)));
  CHECK_FALSE(trainer->use_images({}, {}));
  std::vector<std::uint8_t> wrong = job.labels;
  wrong[3] = 5;
  const auto used = trainer->use_images(job.pixels, wrong);
  REQUIRE_FALSE(used);
  CHECK_THAT(used.error().message, Contains("label 5"));
  REQUIRE(trainer->use_images(job.pixels, job.labels));
  CHECK_FALSE(trainer->run(job.order(0), steps(2)));
  std::vector<std::uint32_t> beyond = job.order(0);
  beyond[9] = kImages;
  CHECK_FALSE(trainer->run(beyond, steps()));
  CHECK(trainer->run(job.order(0), steps()));
}

TEST_CASE("steps whose images come along are the processor's, with labels and with targets") {
  FakeCuda fake;
  for (const char* settings : {"", "capture=900", "integrated", "shared=2048,optin=2048"}) {
    INFO(settings);
    fake.reset(settings);
    Job job(kSmall);
    const auto gpu = open_fake();
    auto trainer = CudaTrainer::create(*gpu, job.file.model(), options(), kBatch, kSeed);
    REQUIRE(trainer);
    const std::vector<float> targets = random_floats(kBatch * 5, 8);
    const std::span<const std::uint8_t> pixels = job.pixels, labels = job.labels;
    for (const std::uint32_t count : {kBatch, kBatch, 2u, kBatch}) {
      const auto some = pixels.first(count * 64);
      check_same({*trainer->step(some, labels.first(count), kSgd)},
                 {job.cpu.step(some, labels.first(count), kSgd)});
      const auto wanted = std::span<const float>(targets).first(count * 5);
      check_same({*trainer->step(some, wanted, kSgd)}, {job.cpu.step(some, wanted, kSgd)});
    }
    CHECK(*trainer->weights_hash() == weights_hash(job.cpu.session()));
    CHECK(trainer->steps_done() == 8);
    CHECK(std::string(fake.report().finding) == "");
  }
}

TEST_CASE("a step on a whole batch is recorded once and then is one call") {
  FakeCuda fake;
  Job job(kSmall);
  const auto gpu = open_fake();
  auto trainer = CudaTrainer::create(*gpu, job.file.model(), options(), kBatch, kSeed);
  REQUIRE(trainer);
  const auto pixels = std::span<const std::uint8_t>(job.pixels).first(kBatch * 64);
  const auto labels = std::span<const std::uint8_t>(job.labels).first(kBatch);
  fake.reset("");
  REQUIRE(trainer->step(pixels, labels, kSgd));
  const std::uint64_t calls = fake.report().calls;
  REQUIRE(trainer->step(pixels, labels, kSgd));
  CHECK(fake.report().calls - calls <= 4);  // enter, launch, enter, wait
  CHECK(fake.report().graph_launches == 2);
}

TEST_CASE("steps that do not suit the network are refused and do no harm") {
  FakeCuda fake;
  Job job(kSmall);
  const auto gpu = open_fake();
  auto trainer = CudaTrainer::create(*gpu, job.file.model(), options(), kBatch, kSeed);
  REQUIRE(trainer);
  const std::span<const std::uint8_t> pixels = job.pixels, labels = job.labels;
  const std::vector<float> targets(kBatch * 5);
  CHECK_FALSE(trainer->step(pixels.first(5 * 64), labels.first(5), kSgd));
  CHECK_FALSE(trainer->step(pixels.first(100), labels.first(2), kSgd));
  CHECK_FALSE(trainer->step(pixels.first(0), labels.first(0), kSgd));
  CHECK_FALSE(trainer->step(pixels.first(64), std::span<const float>(targets).first(7), kSgd));
  CHECK_FALSE(trainer->step(pixels.first(64), std::vector<std::uint8_t>{5}, kSgd));
  CHECK(trainer->steps_done() == 0);
  CHECK(trainer->step(pixels.first(64), labels.first(1), kSgd));
}

TEST_CASE("a trainer in the caller's memory needs exactly the bytes that it says, and so do its images") {
  FakeCuda fake;
  for (const char* settings : {"", "integrated", "integrated,register", "shared=2048,optin=2048"}) {
    INFO(settings);
    fake.reset(settings);
    Job job(kSmall);
    const auto gpu = open_fake();
    const auto bytes = CudaTrainer::device_bytes(*gpu, job.file.model(), options(), kBatch);
    REQUIRE(bytes);
    const auto network_memory = cuda::DeviceMemory::allocate(*gpu, *bytes);
    REQUIRE(network_memory);
    const auto create = [&](std::size_t size) {
      return CudaTrainer::create(*gpu, job.file.model(), options(), kBatch, kSeed,
                                 {network_memory->at(0), size});
    };
    CHECK_FALSE(create(*bytes - 1));
    auto trainer = create(*bytes);
    REQUIRE(trainer);
    const std::size_t needed = trainer->images_bytes(kImages);
    const auto image_memory = cuda::DeviceMemory::allocate(*gpu, needed);
    REQUIRE(image_memory);
    CHECK_FALSE(trainer->use_images(job.pixels, job.labels, {image_memory->at(0), needed - 1}));
    CHECK(trainer->images() == 0);
    REQUIRE(trainer->use_images(job.pixels, job.labels, {image_memory->at(0), needed}));
    CHECK(fake.report().device_bytes == *bytes + needed);
    const auto results = trainer->run(job.order(0), steps());
    REQUIRE(results);
    check_same(*results, job.cpu_epoch(0));
    CHECK(*trainer->weights_hash() == weights_hash(job.cpu.session()));
    CHECK(std::string(fake.report().finding) == "");
  }
}

TEST_CASE("batch-norms learn on a GPU to the processor's bits, recorded or not") {
  FakeCuda fake;
  for (const char* settings : {"", "capture=900"}) {
    fake.reset(settings);
    Job job("input 1x8x8, conv 3 k3, bn, relu, maxpool 2, flatten, linear 6, bn, tanh, linear 5");
    {
      const auto gpu = open_fake();
      auto trainer = job.on(*gpu);
      REQUIRE(trainer);
      CHECK_FALSE(trainer->fused());
      for (std::uint32_t epoch = 0; epoch < 3; ++epoch) {
        const auto results = trainer->run(job.order(epoch), steps());
        REQUIRE(results);
        check_same(*results, job.cpu_epoch(epoch));
      }
      CHECK(*trainer->weights_hash() == weights_hash(job.cpu.session()));
    }
    // Between two batch-norms, forward and backward, the images are launched once more.
    CHECK(fake.report().launches == 1 + 3 * (5 + 4 + 1) * kSteps);
    CHECK(fake.report().live == 0);
    CHECK(std::string(fake.report().finding) == "");
  }
}

TEST_CASE("a step with one image is refused where a batch-norm needs two") {
  FakeCuda fake;
  Job job("input 1x4x4, flatten, linear 6, bn, linear 5");
  const auto gpu = open_fake();
  auto trainer = job.on(*gpu);
  REQUIRE(trainer);
  const auto order = job.order(0);
  const auto results = trainer->run(std::span(order).first(kBatch + 1), steps(2));
  REQUIRE_FALSE(results);
  CHECK_THAT(results.error().message, Contains("batch-norm") && Contains("one image"));
}

TEST_CASE("whatever call fails in a training, the reason is told and nothing is left") {
  FakeCuda fake;
  Job job(kSmall), same(kSmall);
  for (const char* settings : {"", "capture=900", "integrated,register"}) {
    const std::size_t mattered = fail_each_call(fake, settings, [&]() -> std::string {
      const auto gpu = FakeCuda::open();
      if (!gpu) return gpu.error().message;
      auto trainer = job.on(**gpu);
      if (!trainer) return trainer.error().message;
      for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
        const auto results = trainer->run(job.order(epoch), steps());
        if (!results) return results.error().message;
      }
      const auto step =
          trainer->step(std::span(job.pixels).first(kBatch * 64), std::span(job.labels).first(kBatch), kSgd);
      if (!step) return step.error().message;
      const auto given = trainer->give(same.cpu);
      return given ? "" : given.error().message;
    });
    CHECK(mattered > 50);
  }
}
