#include "tests/stress/checks.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "runtime/plan_data.h"
#include "runtime/trainer.h"
#include "tests/reference/network.h"
#include "tests/stress/gradient_check.h"
#include "tests/stress/random_network.h"
#include "tests/support/networks.h"

namespace lentil::stress {
namespace {

using test::OwnedPlan;
using test::PoisonedArena;

constexpr Sgd kSgd{.rate = 0.05f, .momentum = 0.9f, .weight_decay = 0.001f};
constexpr std::uint32_t kThreads = 3;

// One of the ways to run one and the same network.
struct Way {
  const kernels::KernelTable* kernels;
  Goal goal = Goal::fast;
  bool fuse = true;
  std::uint32_t threads = 1;
  std::uint32_t at_a_time = 0;  // images whose gradients are added up; 0: all of the batch
  bool rolling = false;

  std::string text() const {
    return std::string(kernels->isa) + (goal == Goal::fast ? " fast" : " small") +
           (fuse ? " fused" : " unfused") + (threads > 1 ? " 3 threads" : "") + (rolling ? " rolling" : "") +
           (at_a_time > 0 ? " in parts of " + std::to_string(at_a_time) : "");
  }
};

// The batches of a training: a full one, then one that is short if it can be.
struct Batch {
  std::vector<float> values;
  std::vector<std::uint8_t> pixels, labels;
  std::vector<float> targets;
  std::vector<float> numbers(InputType type) const {
    return type == InputType::float32 ? values : std::vector<float>(pixels.begin(), pixels.end());
  }
};

struct Trained {
  std::vector<float> before, losses, after;  // outputs, losses, outputs
  std::uint32_t correct = 0;
  reference::Parameters<float> weights;
};

class Check {
 public:
  Check(std::uint32_t seed, formats::ThreadPool& pool)
      : seed_(seed), pool_(pool), file_(random_network(seed)), run_(random_run(seed, file_)) {
    const OwnedPlan plan(file_.model(), {});
    outputs_ = plan->tensors()[plan->output].shape.count();
    batches_.push_back(batch_of(run_.batch, 1));
    batches_.push_back(batch_of(run_.batch > 2 ? run_.batch - 1 : run_.batch, 2));
    for (const Way& way : ways()) check(way);
    const std::string wrong =
        gradient_failure(file_.model(), run_, batches_[0].numbers(run_.input), targets<double>(0));
    if (!wrong.empty()) fail("gradients: " + wrong);
  }
  std::vector<std::string> failures() const { return failures_; }

 private:
  void fail(const std::string& text) {
    failures_.push_back("seed " + std::to_string(seed_) + ", batch " + std::to_string(run_.batch) + ": " +
                        text);
  }

  bool has_learning_batch_norm() const {
    for (std::uint16_t i = 0; i < file_.layers.size(); ++i) {
      const bool frozen = std::find(run_.frozen.begin(), run_.frozen.end(), i) != run_.frozen.end();
      if (is_batch_norm(file_.layers[i].settings.type) && !frozen) return true;
    }
    return false;
  }
  Batch batch_of(std::uint32_t images, std::uint32_t stream) const {
    const std::size_t values = images * file_.input.count();
    return {test::random_floats(values, seed_ * 8 + stream), test::random_bytes(values, seed_ * 8 + stream),
            test::random_bytes(images, seed_ * 8 + stream + 4, static_cast<std::uint32_t>(outputs_)),
            test::random_floats(images * outputs_, seed_ * 8 + stream + 6)};
  }
  template <class T>
  reference::Targets<T> targets(std::size_t batch) const {
    const Batch& b = batches_[batch];
    if (run_.loss != Loss::mse) return {run_.loss, b.labels, {}, static_cast<T>(run_.label_smoothing)};
    return {run_.loss, {}, {b.targets.begin(), b.targets.end()}};
  }

  // Every instruction set in every form; threads and parts once each. Parts give other bits where batch-norm
  // takes its statistics from each of them.
  std::vector<Way> ways() const {
    std::vector<Way> list;
    for (const kernels::Isa& isa : kernels::isas()) {
      if (!isa.supported()) continue;
      for (const Goal goal : {Goal::small, Goal::fast})
        for (const bool fuse : {true, false})
          list.push_back({isa.table, goal, fuse, fuse == (goal == Goal::fast) ? 1 : kThreads});
    }
    const Goal goal = seed_ % 2 == 0 ? Goal::small : Goal::fast;
    list.push_back({kernels::cpu().table, goal, true, 1});
    list.push_back({kernels::cpu().table, goal, true, kThreads});
    list.push_back({.kernels = kernels::cpu().table, .goal = Goal::small, .rolling = true});
    if (!has_learning_batch_norm())
      list.push_back({kernels::cpu().table, goal, seed_ % 4 < 3, 1, (run_.batch + 2) / 3});
    return list;
  }

  PlanOptions options(const Way& way, Mode mode) const {
    return {.mode = mode,
            .goal = way.goal,
            .input = run_.input,
            .loss = run_.loss,
            .label_smoothing = run_.label_smoothing,
            .batch = way.at_a_time > 0 ? way.at_a_time : run_.batch,
            .threads = way.threads,
            .momentum = run_.momentum,
            .accumulate = way.at_a_time > 0,
            .rolling = way.rolling,
            .fuse = way.fuse,
            .frozen = run_.frozen};
  }
  Sgd sgd() const {
    Sgd result = kSgd;
    if (!run_.momentum) result.momentum = 0;
    result.nesterov = run_.nesterov;
    return result;
  }
  ParallelFor hook(const Way& way) const { return way.threads > 1 ? pool_.hook() : ParallelFor{}; }

  void check(const Way& way) {
    if (way.at_a_time == 0) check_inference(way);
    if (!way.rolling) check_training(way);
  }

  // One byte less than planned is refused with both numbers, for the plan's own memory and for the arena.
  void check_bytes(const PlanOptions& options) {
    PoisonedArena memory(plan_memory_bytes(file_.model()));
    const auto less = memory.bytes().first(memory.bytes().size() - 1);
    const auto refused = plan(file_.model(), options, less);
    if (refused || refused.error().needed != memory.bytes().size()) fail("a plan in one byte too few");
    const auto made = plan(file_.model(), options, memory.bytes());
    if (!made || !memory.guards_intact()) return fail("no plan in the bytes that it asks for");
    PoisonedArena arena(arena_bytes(**made));
    const auto session = Session::create(file_.model(), **made, *kernels::cpu().table,
                                         arena.bytes().first(arena.bytes().size() - 1));
    if (session || session.error().needed != arena.bytes().size()) fail("a session in one byte too few");
  }

  std::vector<float> outputs(Session& session, const Batch& batch) {
    std::vector<float> all;
    const std::size_t size = file_.input.count();
    for (std::size_t first = 0; first < batch.labels.size(); first += session.plan().batch) {
      const std::size_t n = std::min<std::size_t>(session.plan().batch, batch.labels.size() - first);
      std::vector<float> part(n * outputs_);
      const Status status = run_.input == InputType::uint8
                                ? session.run(std::span(batch.pixels).subspan(first * size, n * size), part)
                                : session.run(std::span(batch.values).subspan(first * size, n * size), part);
      if (status != Status::ok) fail(std::string("run: ") + status_name(status));
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }

  void check_inference(const Way& way) {
    const PlanOptions options = this->options(way, Mode::infer);
    check_bytes(options);
    const OwnedPlan plan(file_.model(), options);
    PoisonedArena arena(arena_bytes(*plan));
    auto session = Session::create(file_.model(), *plan, *way.kernels, arena.bytes(), hook(way));
    if (!session) return fail(std::string("no session: ") + status_name(session.error().status));
    if (expected_.empty())
      expected_ = reference::Network<float>(file_.model(), run_.input).infer(batches_[0].numbers(run_.input));
    if (outputs(*session, batches_[0]) != expected_) fail(way.text() + ": outputs differ from the oracle's");
    if (!arena.guards_intact()) fail(way.text() + ": inference wrote outside of its arena");
  }

  const Trained& oracle() {
    if (trained_) return *trained_;
    reference::Network<float> net(file_.model(), run_.input, seed_);
    for (const std::uint16_t layer : run_.frozen) net.freeze(layer);
    trained_.emplace();
    trained_->before = net.infer(batches_[0].numbers(run_.input), Mode::train);
    for (std::size_t b = 0; b < batches_.size(); ++b) {
      const auto g = net.step(batches_[b].numbers(run_.input), targets<float>(b), sgd());
      trained_->losses.push_back(g.loss.mean);
      trained_->correct += g.correct;
    }
    trained_->after = net.infer(batches_[0].numbers(run_.input), Mode::train);
    trained_->weights = net.parameters();
    return *trained_;
  }

  StepResult step(Trainer& trainer, const Batch& batch) const {
    if (run_.loss == Loss::mse) {
      return run_.input == InputType::uint8 ? trainer.step(batch.pixels, batch.targets, sgd())
                                            : trainer.step(batch.values, batch.targets, sgd());
    }
    return run_.input == InputType::uint8 ? trainer.step(batch.pixels, batch.labels, sgd())
                                          : trainer.step(batch.values, batch.labels, sgd());
  }

  void check_training(const Way& way) {
    const PlanOptions options = this->options(way, Mode::train);
    if (way.at_a_time == 0) check_bytes(options);
    const OwnedPlan plan(file_.model(), options);
    PoisonedArena arena(arena_bytes(*plan));
    auto trainer = Trainer::create(file_.model(), *plan, *way.kernels, arena.bytes(), seed_, hook(way));
    if (!trainer) return fail(std::string("no trainer: ") + status_name(trainer.error().status));
    const Trained& expected = oracle();
    Trained got;
    got.before = outputs(trainer->session(), batches_[0]);
    for (const Batch& batch : batches_) {
      const StepResult r = step(*trainer, batch);
      if (r.status == Status::non_finite_loss && !std::isfinite(expected.losses[got.losses.size()])) return;
      if (r.status != Status::ok) return fail(way.text() + ": step: " + status_name(r.status));
      got.losses.push_back(r.loss);
      got.correct += r.correct;
    }
    got.after = outputs(trainer->session(), batches_[0]);
    if (got.before != expected.before) fail(way.text() + ": outputs before training differ");
    if (got.losses != expected.losses || got.correct != expected.correct)
      fail(way.text() + ": losses differ");
    compare_weights(way, trainer->session(), expected.weights);
    if (got.after != expected.after) fail(way.text() + ": outputs after training differ");
    if (!arena.guards_intact()) fail(way.text() + ": training wrote outside of its arena");
  }

  void compare_weights(const Way& way, const Session& session, const reference::Parameters<float>& expected) {
    for (std::uint32_t i = 0; i < file_.layers.size(); ++i) {
      for (std::size_t s = 0; s < kSlots; ++s) {
        const auto got = session.tensor(i, static_cast<Slot>(s));
        if (std::equal(got.begin(), got.end(), expected[i][s].begin(), expected[i][s].end())) continue;
        fail(way.text() + ": " + file_.layers[i].name + "." + std::string(slot_name(static_cast<Slot>(s))) +
             " differs from the oracle's");
      }
    }
  }

  std::uint32_t seed_;
  formats::ThreadPool& pool_;
  formats::ModelFile file_;
  RandomRun run_;
  std::size_t outputs_ = 0;
  std::vector<Batch> batches_;
  std::vector<float> expected_;
  std::optional<Trained> trained_;
  std::vector<std::string> failures_;
};

}  // namespace

std::vector<std::string> check_network(std::uint32_t seed, formats::ThreadPool& three_threads) {
  return Check(seed, three_threads).failures();
}

}  // namespace lentil::stress
