#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "formats/host/thread_pool.h"
#include "runtime/schedule.h"
#include "tests/contract/heap_watch.h"
#include "tests/support/networks.h"

using namespace lentil;
using contract::HeapWatch;
using test::PoisonedArena;

namespace {

constexpr std::array<std::string_view, 4> kNetworks{
    test::kLenetSpec,
    "input 3x8x8, conv 6 k3 p1, sigmoid, dropout2d 0.25, conv 3 k1, maxpool 3 s2, flatten, linear 3, softmax",
    "input 2x11x9, conv 4 k3 d2 g2 nobias, maxpool 3 s2 p1, tanh, flatten, linear 4 nobias, sigmoid, linear "
    "5",
    "input 20, linear 16, sigmoid, dropout 0.3, linear 7, logsoftmax"};

// Everything that a caller has to bring, made before anybody watches.
struct Networks {
  Networks(std::string_view spec, const PlanOptions& options)
      : file(test::network(spec)),
        model(file.model()),
        plan_memory(plan_memory_bytes(model)),
        arena(arena_bytes(*test::OwnedPlan(model, options))),
        values(test::random_floats(options.batch * model.input.count(), 1)),
        pixels(test::random_bytes(options.batch * model.input.count(), 2)),
        labels(test::random_bytes(options.batch, 3, 3)),
        best(30'000) {}

  formats::ModelFile file;
  Model model;
  PoisonedArena plan_memory, arena;
  std::vector<float> values;
  std::vector<std::uint8_t> pixels, labels;
  std::vector<float> best;  // weights kept aside
};

Status infer(Networks& p, const PlanOptions& options, ParallelFor parallel, std::span<float> output) {
  const auto plan = lentil::plan(p.model, options, p.plan_memory.bytes());
  if (!plan) return plan.error().status;
  auto session = Session::create(p.model, **plan, *kernels::cpu().table, p.arena.bytes(), parallel);
  if (!session) return session.error().status;
  const auto room = output.first(options.batch * session->output_size());
  return options.input == InputType::uint8 ? session->run(p.pixels, room) : session->run(p.values, room);
}

Status train(Networks& p, const PlanOptions& options, ParallelFor parallel) {
  const auto plan = lentil::plan(p.model, options, p.plan_memory.bytes());
  if (!plan) return plan.error().status;
  auto trainer = Trainer::create(p.model, **plan, *kernels::cpu().table, p.arena.bytes(), 1, parallel);
  if (!trainer) return trainer.error().status;
  for (std::uint32_t step = 0; step < 2; ++step) {
    const Sgd sgd = scheduled({.kind = Schedule::Kind::one_cycle}, {.rate = 0.01f, .momentum = 0.5f},
                              {.step = step, .total_steps = 2});
    const StepResult result = options.input == InputType::uint8 ? trainer->step(p.pixels, p.labels, sgd)
                                                                : trainer->step(p.values, p.labels, sgd);
    if (result.status != Status::ok) return result.status;
  }
  const auto best = std::span(p.best).first(trainer->trained_values());
  const Status saved = trainer->save_weights(best);
  return saved == Status::ok ? trainer->load_weights(best) : saved;
}

}  // namespace

TEST_CASE("the watch sees malloc, operator new and free") {
  void* (*volatile allocate)(std::size_t) = std::malloc;  // volatile: the compiler may not leave calls out
  void (*volatile release)(void*) = std::free;
  int* volatile number = nullptr;
  const HeapWatch watch;
  release(allocate(1));
  const std::size_t c_calls = watch.calls();
  number = new int;
  delete number;
  const std::size_t calls = watch.calls();
  CHECK(c_calls == 2);
  CHECK(calls == 4);
}

TEST_CASE("plan, create, run, step and keeping weights call no heap, with and without threads") {
  const auto spec = GENERATE(from_range(kNetworks.begin(), kNetworks.end()));
  const auto goal = GENERATE(Goal::small, Goal::fast);
  const auto input = GENERATE(InputType::float32, InputType::uint8);
  const auto batch = GENERATE(1u, 64u);
  const auto threads = GENERATE(1u, 3u);
  INFO(spec << ", batch " << batch << ", threads " << threads);
  PlanOptions options{.goal = goal, .input = input, .batch = batch, .threads = threads};
  formats::ThreadPool pool(threads);
  const ParallelFor parallel = threads > 1 ? pool.hook() : ParallelFor{};
  std::vector<float> output(10 * batch);

  Networks inference(spec, options);
  options.mode = Mode::train;
  Networks training(spec, options);
  Status ran = Status::ok, stepped = Status::ok;
  std::size_t calls = 0;
  {
    const HeapWatch watch;
    stepped = train(training, options, parallel);
    options.mode = Mode::infer;
    ran = infer(inference, options, parallel, output);
    calls = watch.calls();
  }
  CHECK(ran == Status::ok);
  CHECK(stepped == Status::ok);
  CHECK(calls == 0);
}
