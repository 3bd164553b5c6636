#include "runtime/trainer.h"

#include <array>
#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "formats/host/thread_pool.h"
#include "tests/reference/network.h"
#include "tests/support/networks.h"

using namespace lentil;
using test::network;
using test::OwnedPlan;
using test::PoisonedArena;
using test::random_bytes;
using test::random_floats;

namespace {

struct Way {
  PlanOptions options;
  const char* isa;
};

// Every way to run one and the same training: small or fast, fused or not, on every instruction set.
std::vector<Way> all_ways(PlanOptions options) {
  std::vector<Way> ways;
  for (const kernels::Isa& isa : kernels::isas()) {
    if (!isa.supported()) continue;
    for (const Goal goal : {Goal::small, Goal::fast}) {
      for (const bool fuse : {true, false}) {
        options.goal = goal;
        options.fuse = fuse;
        ways.push_back({options, isa.table->isa});
      }
    }
  }
  return ways;
}

constexpr std::array<std::string_view, 12> kNetworks{
    test::kLenetSpec,
    "input 1x12x12, conv 3 k3, maxpool 2, relu, flatten, linear 5, logsoftmax",
    "input 2x9x7, conv 4 k3x2 s2x1 p1x2, relu, flatten, linear 6",
    "input 2x11x9, conv 4 k3 d2 g2 nobias, maxpool 3 s2 p1, tanh, flatten, linear 4 nobias, sigmoid, linear "
    "5",
    "input 3x8x8, conv 6 k3 p1, sigmoid, dropout2d 0.25, conv 3 k1, maxpool 2x3 s2x3, flatten, linear 3, "
    "softmax",
    "input 20, linear 16, sigmoid, dropout 0.3, linear 7, logsoftmax",
    "input 9, linear 130, dropout 0.4, relu, linear 5",
    "input 1x10x10, maxpool 3 s2, conv 2 k2, dropout2d 0.5, relu, maxpool 2, flatten, linear 4",
    "input 1x7x40, conv 5 k3x9 p1x0, relu, maxpool 2 s1, flatten, linear 3",
    "input 1x14x14, conv 17 k5, relu, dropout2d 0.3, maxpool 2, conv 9 k3, maxpool 3, flatten, dropout 0.2, "
    "linear 4, logsoftmax",
    "input 1x6x6, conv 4 k3, tanh, maxpool 2, flatten, linear 3, tanh",
    "input 4x6x6, conv 8 k3 g4 p1, relu, conv 4 k7x1 p3x0 s1x2, flatten, linear 3, logsoftmax"};

struct Job {
  formats::ModelFile file;
  std::uint32_t batch;
  InputType input = InputType::float32;
  Loss loss = Loss::cross_entropy;
  float label_smoothing = 0;
  Sgd sgd{.rate = 0.05f, .momentum = 0.9f, .weight_decay = 0.001f};
  std::uint64_t seed = 7;
  std::uint32_t steps = 3;
  std::vector<std::uint16_t> frozen = {};

  std::size_t values(std::uint32_t images) const { return images * file.input.count(); }
  // The last batch of a run is short.
  std::uint32_t images(std::uint32_t step) const {
    return step + 1 == steps && batch > 2 ? batch - 2 : batch;
  }
  PlanOptions options() const {
    return {.mode = Mode::train,
            .input = input,
            .loss = loss,
            .label_smoothing = label_smoothing,
            .batch = batch,
            .frozen = frozen};
  }
};

std::size_t outputs_of(const formats::ModelFile& file) {
  const OwnedPlan plan(file.model(), {});
  PoisonedArena arena(arena_bytes(*plan));
  return Session::create(file.model(), *plan, *kernels::cpu().table, arena.bytes())->output_size();
}

struct Outcome {
  std::vector<float> losses;
  std::vector<std::vector<float>> weights;
  std::uint32_t correct = 0;
};

Outcome reference_run(const Job& job) {
  reference::Network<float> net(job.file.model(), job.input, job.seed);
  for (const std::uint16_t layer : job.frozen) net.freeze(layer);
  const std::size_t outputs = outputs_of(job.file);
  Outcome out;
  for (std::uint32_t s = 0; s < job.steps; ++s) {
    const std::uint32_t n = job.images(s);
    std::vector<float> x = random_floats(job.values(n), s);
    if (job.input == InputType::uint8) {
      const auto pixels = random_bytes(job.values(n), s);
      x.assign(pixels.begin(), pixels.end());
    }
    const auto labels = random_bytes(n, s + 100, static_cast<std::uint32_t>(outputs));
    reference::Targets<float> targets{job.loss, labels, {}, job.label_smoothing};
    if (job.loss == Loss::mse) targets = {job.loss, {}, random_floats(n * outputs, s + 200)};
    const auto g = net.step(x, targets, job.sgd);
    out.losses.push_back(g.loss.mean);
    out.correct += g.correct;
  }
  for (const auto& layer : net.parameters()) {
    for (const auto& tensor : layer) out.weights.push_back(tensor);
  }
  return out;
}

Outcome trainer_run(const Job& job, const Way& way, ParallelFor parallel = {}) {
  const Model model = job.file.model();
  const OwnedPlan plan(model, way.options);
  PoisonedArena arena(arena_bytes(*plan));
  auto trainer =
      Trainer::create(model, *plan, *kernels::cpu(way.isa).table, arena.bytes(), job.seed, parallel);
  REQUIRE(trainer);
  const std::size_t outputs = trainer->session().output_size();
  Outcome out;
  for (std::uint32_t s = 0; s < job.steps; ++s) {
    const std::uint32_t n = job.images(s);
    const auto labels = random_bytes(n, s + 100, static_cast<std::uint32_t>(outputs));
    StepResult r;
    if (job.loss == Loss::mse && job.input == InputType::uint8) {
      r = trainer->step(random_bytes(job.values(n), s), random_floats(n * outputs, s + 200), job.sgd);
    } else if (job.loss == Loss::mse) {
      r = trainer->step(random_floats(job.values(n), s), random_floats(n * outputs, s + 200), job.sgd);
    } else if (job.input == InputType::uint8) {
      r = trainer->step(random_bytes(job.values(n), s), labels, job.sgd);
    } else {
      r = trainer->step(random_floats(job.values(n), s), labels, job.sgd);
    }
    REQUIRE(r.status == Status::ok);
    out.losses.push_back(r.loss);
    out.correct += r.correct;
  }
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto t = trainer->session().tensor(i, static_cast<Slot>(s));
      out.weights.emplace_back(t.begin(), t.end());
    }
  }
  CHECK(arena.guards_intact());
  return out;
}

// "" when all weights are equal, else where the first difference is.
std::string first_difference(const Outcome& a, const Outcome& b) {
  for (std::size_t t = 0; t < a.weights.size(); ++t) {
    for (std::size_t i = 0; i < a.weights[t].size(); ++i) {
      if (a.weights[t][i] != b.weights[t][i])
        return "tensor " + std::to_string(t) + " element " + std::to_string(i);
    }
  }
  return "";
}

void check_equal(const Outcome& a, const Outcome& b) {
  CHECK(a.losses == b.losses);
  CHECK(a.correct == b.correct);
  CHECK(first_difference(a, b) == "");
}

void check_all_ways(const Job& job) {
  const Outcome expected = reference_run(job);
  for (const Way& way : all_ways(job.options())) {
    INFO("isa " << way.isa << " fuse " << way.options.fuse << " fast " << (way.options.goal == Goal::fast));
    check_equal(trainer_run(job, way), expected);
  }
}

}  // namespace

TEST_CASE("training gives the oracle's bits on every instruction set, small or fast, fused or not") {
  const auto spec = GENERATE(from_range(kNetworks.begin(), kNetworks.end()));
  const auto batch = GENERATE(1u, 5u);
  INFO(spec << ", batch " << batch);
  check_all_ways({.file = network(spec), .batch = batch});
}

TEST_CASE("training from pixels gives the oracle's bits, with the normalisation folded or not") {
  const auto spec = GENERATE(from_range(kNetworks.begin(), kNetworks.end()));
  const auto batch = GENERATE(1u, 4u);
  INFO(spec << ", batch " << batch);
  Job job{.file = network(spec), .batch = batch, .input = InputType::uint8};
  job.file.normalization = {.mean = {0.13f, 0.4f, 0.5f, 0.6f}, .std = {0.31f, 0.2f, 0.4f, 0.25f}};
  check_all_ways(job);
}

TEST_CASE("every loss trains to the oracle's bits") {
  const auto loss = GENERATE(Loss::cross_entropy, Loss::nll, Loss::mse);
  const auto spec = GENERATE(kNetworks[1], kNetworks[2], kNetworks[4], kNetworks[5], kNetworks[10]);
  const auto batch = GENERATE(1u, 3u);
  const auto input = GENERATE(InputType::float32, InputType::uint8);
  INFO(spec << ", loss " << static_cast<int>(loss));
  check_all_ways({.file = network(spec), .batch = batch, .input = input, .loss = loss});
}

TEST_CASE("smoothed labels train to the oracle's bits") {
  const auto loss = GENERATE(Loss::cross_entropy, Loss::nll);
  const auto spec = GENERATE(kNetworks[1], kNetworks[2], kNetworks[4], kNetworks[10]);
  const auto batch = GENERATE(1u, 3u);
  INFO(spec << ", loss " << static_cast<int>(loss));
  check_all_ways({.file = network(spec), .batch = batch, .loss = loss, .label_smoothing = 0.1f});
}

TEST_CASE("plain SGD, momentum, Nesterov and weight decay give the oracle's bits") {
  const auto nesterov = GENERATE(false, true);
  const auto momentum = GENERATE(0.0f, 0.5f);
  const auto decay = GENERATE(0.0f, 0.01f);
  check_all_ways({.file = network(kNetworks[1]),
                  .batch = 4,
                  .sgd = {.rate = 0.1f, .momentum = momentum, .weight_decay = decay, .nesterov = nesterov}});
}

TEST_CASE("without momentum no velocity is kept and the bits are the same") {
  Job job{
      .file = network(kNetworks[1]), .batch = 4, .sgd = {.rate = 0.1f, .momentum = 0, .weight_decay = 0.01f}};
  PlanOptions options = job.options();
  const OwnedPlan with(job.file.model(), options);
  options.momentum = false;
  const OwnedPlan without(job.file.model(), options);
  CHECK(arena_bytes(*without) < arena_bytes(*with));
  check_equal(trainer_run(job, {options, "baseline"}), reference_run(job));
}

TEST_CASE("frozen layers keep their weights and the others train as in the oracle") {
  const auto frozen = GENERATE(std::vector<std::uint16_t>{0}, std::vector<std::uint16_t>{0, 3},
                               std::vector<std::uint16_t>{3, 11}, std::vector<std::uint16_t>{8});
  const auto batch = GENERATE(1u, 3u);
  check_all_ways({.file = network(test::kLenetSpec), .batch = batch, .frozen = frozen});
}

TEST_CASE("any number of threads gives the same bits") {
  const auto spec = GENERATE(kNetworks[0], kNetworks[4]);
  const auto threads = GENERATE(1u, 2u, 3u, 7u);
  Job job{.file = network(spec), .batch = 6};
  Way way{job.options(), kernels::cpu().table->isa};
  const Outcome expected = trainer_run(job, way);
  way.options.threads = threads;
  formats::ThreadPool pool(threads);
  check_equal(trainer_run(job, way, pool.hook()), expected);
}
