// Time of one image of LeNet, in inference and in training, for every instruction set and batch:
// lentil_bench --benchmark_repetitions=9 --benchmark_report_aggregates_only
#include <benchmark/benchmark.h>

#include "models/lenet.h"
#include "runtime/trainer.h"
#include "tests/support/networks.h"

using namespace lentil;

namespace {

void infer(benchmark::State& state, const kernels::KernelTable& table, Goal goal) {
  const auto images = static_cast<std::uint32_t>(state.range(0));
  formats::ModelFile file = models::lenet();
  formats::initialize(file, 1);
  const Model model = file.model();
  const test::OwnedPlan plan(model, {.goal = goal, .batch = images});
  test::PoisonedArena arena(arena_bytes(*plan));
  auto session = Session::create(model, *plan, table, arena.bytes());
  const auto x = test::random_floats(images * model.input.count(), 1);
  std::vector<float> y(images * session->output_size());
  for (auto _ : state) benchmark::DoNotOptimize(session->run(x, y));
  state.counters["us/image"] = benchmark::Counter(
      images * 1e-6, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void train(benchmark::State& state, const kernels::KernelTable& table, Goal goal) {
  const auto images = static_cast<std::uint32_t>(state.range(0));
  formats::ModelFile file = models::lenet();
  formats::initialize(file, 1);
  const Model model = file.model();
  const test::OwnedPlan plan(model,
                             {.mode = Mode::train, .goal = goal, .input = InputType::uint8, .batch = images});
  test::PoisonedArena arena(arena_bytes(*plan));
  auto trainer = Trainer::create(model, *plan, table, arena.bytes(), 1);
  const auto pixels = test::random_bytes(images * model.input.count(), 1);
  const auto labels = test::random_bytes(images, 2, 10);
  for (auto _ : state)
    benchmark::DoNotOptimize(trainer->step(pixels, labels, {.rate = 1e-4f, .momentum = 0.9f}));
  state.counters["us/image"] = benchmark::Counter(
      images * 1e-6, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace

int main(int argc, char** argv) {
  for (const kernels::Isa& isa : kernels::isas()) {
    if (!isa.supported()) continue;
    for (const auto& [goal, name] : {std::pair{Goal::small, "small"}, std::pair{Goal::fast, "fast"}}) {
      const std::string suffix = std::string("/") + isa.table->isa + "/" + name;
      benchmark::RegisterBenchmark(("infer" + suffix).c_str(), infer, *isa.table, goal)->Arg(1)->Arg(64);
      benchmark::RegisterBenchmark(("train" + suffix).c_str(), train, *isa.table, goal)->Arg(1)->Arg(64);
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
