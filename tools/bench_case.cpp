#include "tools/bench_case.h"

#include <algorithm>
#include <fmt/format.h>

#include "tools/call_timer.h"
#include "tools/fma_peak.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

constexpr double kSliceSeconds = 0.02;  // between two looks at the peak
constexpr const char* kUntrainable = "this network cannot be trained";

void check(Status status) {
  if (status != Status::ok) fail(fmt::format("a call failed: {}", status_name(status)));
}

BenchTimes time_calls(Machine& machine, const BenchCase& setting, const Call& call) {
  CallTimer warm_up(call), timer(call);
  warm_up.run(setting.seconds / 10);  // caches, clock and branch prediction find their state
  FmaPeak peak(machine, median(warm_up.times()));
  while (timer.total() < setting.seconds) {
    peak.probe();
    timer.run(std::min(kSliceSeconds, setting.seconds));
  }
  const std::size_t calls = timer.times().size();
  return {.calls = calls,
          .p50 = median(timer.times()),
          .p99 = quantile(timer.times(), 0.99),
          .images_per_second = static_cast<double>(calls * setting.batch) / timer.total(),
          .peak = peak.per_second()};
}

BenchTimes time_inference(Machine& machine, const formats::ModelFile& file, const BenchImages& images,
                          const BenchCase& setting) {
  OwnedSession session(machine, file.model(),
                       {.goal = setting.goal, .input = images.type(), .batch = setting.batch});
  std::vector<float> outputs(setting.batch * session->output_size());
  BenchTimes times = time_calls(machine, setting, [&](std::size_t i) {
    check(images.with_input(i, [&](auto input) { return session->run(input, outputs); }));
  });
  times.arena = arena_bytes(session->plan());
  return times;
}

BenchTimes time_training(Machine& machine, const formats::ModelFile& file, const BenchImages& images,
                         const BenchCase& setting) {
  const Model model = file.model();
  const OwnedPlan plan(model, {.mode = Mode::train,
                               .goal = setting.goal,
                               .input = images.type(),
                               .batch = setting.batch,
                               .threads = machine.threads()});
  formats::AlignedBytes arena(arena_bytes(*plan));
  Trainer trainer =
      need(Trainer::create(model, *plan, machine.kernels(), arena, 1, machine.hook()), kUntrainable);
  const Sgd sgd{.rate = 1e-6f, .momentum = 0.9f};  // the first step and the last one do the same work
  BenchTimes times = time_calls(machine, setting, [&](std::size_t i) {
    check(
        images.with_input(i, [&](auto input) { return trainer.step(input, images.labels(i), sgd).status; }));
  });
  times.arena = arena.size();
  return times;
}

}  // namespace

BenchTimes measure(Machine& machine, const formats::ModelFile& file, const BenchImages& images,
                   const BenchCase& setting) {
  return setting.mode == Mode::train ? time_training(machine, file, images, setting)
                                     : time_inference(machine, file, images, setting);
}

}  // namespace lentil::tools
