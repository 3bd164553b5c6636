#include "tools/self_test.h"

#include <vector>

#include "formats/host/aligned_bytes.h"
#include "formats/host/synth.h"
#include "formats/initial_weights.h"
#include "models/lenet.h"
#include "runtime/hash.h"
#include "runtime/trainer.h"

namespace lentil::tools {
namespace {

class Solver {
 public:
  Solver(const kernels::KernelTable& kernels, std::uint32_t threads, ParallelFor parallel)
      : kernels_(kernels), threads_(threads), parallel_(parallel) {}

  SelfTest answer() {
    SelfTest test;
    for (const Goal goal : {Goal::fast, Goal::small}) {
      SelfTestBits& bits = goal == Goal::fast ? test.fast : test.small;
      test.status = infer(goal, bits.outputs);
      if (test.status == Status::ok) test.status = train(goal, bits.weights);
      if (test.status != Status::ok) break;
    }
    return test;
  }

 private:
  // Lies in memory_, which ends with the next one.
  Result<const Plan*> make_plan(Mode mode, Goal goal) {
    memory_ = formats::AlignedBytes(plan_memory_bytes(model_));
    return plan(model_,
                {.mode = mode,
                 .goal = goal,
                 .input = InputType::uint8,
                 .batch = SelfTestQuestion::kImages,
                 .threads = threads_},
                memory_);
  }

  Status infer(Goal goal, std::uint64_t& hash) {
    const auto plan = make_plan(Mode::infer, goal);
    if (!plan) return plan.error().status;
    formats::AlignedBytes arena(arena_bytes(**plan));
    auto session = Session::create(model_, **plan, kernels_, arena, parallel_);
    if (!session) return session.error().status;
    std::vector<float> outputs(SelfTestQuestion::kImages * session->output_size());
    const Status status = session->run(std::span<const std::uint8_t>(question_.digits.pixels), outputs);
    hash = hash_floats(kHashStart, outputs);
    return status;
  }

  Status train(Goal goal, std::uint64_t& hash) {
    const auto plan = make_plan(Mode::train, goal);
    if (!plan) return plan.error().status;
    formats::AlignedBytes arena(arena_bytes(**plan));
    auto trainer = Trainer::create(model_, **plan, kernels_, arena, SelfTestQuestion::kSeed, parallel_);
    if (!trainer) return trainer.error().status;
    const std::span<const std::uint8_t> pixels(question_.digits.pixels), labels(question_.digits.labels);
    for (const std::uint32_t images : SelfTestQuestion::kSteps) {
      const StepResult result = trainer->step(pixels.first(images * question_.digits.image_size()),
                                              labels.first(images), SelfTestQuestion::kSgd);
      if (result.status != Status::ok) return result.status;
    }
    hash = weights_hash(trainer->session());
    return Status::ok;
  }

  const kernels::KernelTable& kernels_;
  std::uint32_t threads_;
  ParallelFor parallel_;
  const SelfTestQuestion question_;
  const Model model_ = question_.lenet.model();
  formats::AlignedBytes memory_;
};

}  // namespace

SelfTestQuestion::SelfTestQuestion()
    : lenet(models::lenet()),
      digits(formats::synth_dataset(kImages, formats::kSynthSeed, formats::SynthPart::extra)) {
  formats::initialize(lenet, kSeed);
}

SelfTest run_self_test(const kernels::KernelTable& kernels, std::uint32_t threads, ParallelFor parallel) {
  return Solver(kernels, threads, parallel).answer();
}

}  // namespace lentil::tools
