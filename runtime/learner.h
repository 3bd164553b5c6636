// Learning from corrections: pictures whose class somebody has put right, mixed with known ones, so that a
// network takes on a new hand and keeps what it could. In memory that the caller owns.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/trainer.h"

namespace lentil {

struct LearnerLimits {
  std::uint32_t corrections = 64;  // places in the ring, at least 1
  std::uint32_t replay = 64;       // most known pictures of a learn()
};

// Pictures that the network knows: those that travel in its file, say. Borrowed for the time of a learn().
struct ReplaySample {
  std::span<const std::uint8_t> pixels;  // the network's input
  std::int16_t label = -1;               // class; -1: unknown
};
struct Replay {
  const void* source = nullptr;
  ReplaySample (*sample)(const void* source, std::uint32_t index) = nullptr;
  std::uint32_t count = 0;
};

// What known pictures are to give.
enum class ReplayTargets : std::uint8_t {
  answers,  // what the weights gave before, as probabilities: to forget little
  labels,   // their classes, where known: for weights that knew nothing before
};

// Called before each step; false ends the learning, and the old weights come back.
struct LearnWatch {
  bool (*go_on)(void* context, std::uint32_t step, std::uint32_t steps) = nullptr;
  void* context = nullptr;
};

// Does the steps in the place of the learner's trainer, on a GPU say. False: it cannot, and the context knows
// why; the learning ends as if the watch had said so.
struct LearnDevice {
  bool (*begin)(void* context,
                Trainer& from) = nullptr;  // takes weights, velocities and the step number over
  bool (*step)(void* context, std::span<const std::uint8_t> pixels, std::span<const float> targets,
               const Sgd& sgd) = nullptr;
  bool (*end)(void* context, Trainer& to) = nullptr;  // gives them back
  void* context = nullptr;
};

// The defaults are those that docs/finetune.md found.
struct LearnOptions {
  // The rate is for steps of `batch` images; it is lowered in proportion if steps are smaller.
  Sgd sgd{.rate = 0.02f, .momentum = 0.5f};
  std::uint32_t batch = 20;   // images of a step, every second one replayed; as many as the plan has room for
  std::uint32_t passes = 40;  // over the corrections
  std::uint32_t steps = 0;    // instead of passes; 0: as many as these need
  std::uint32_t shift = 1;    // corrections move by up to so many pixels to each side, anew each time
  float share = 0.7f;         // of the way from the old weights to the learnt ones, 0 to 1
  float forgotten = 0.02f;    // of the replayed pictures that may become wrong, as a share
  ReplayTargets targets = ReplayTargets::answers;
  LearnWatch watch{};
  LearnDevice device{};  // without one the trainer does its steps; a plan that accumulates needs the trainer
};

struct LearnScore {
  std::uint32_t correct = 0, total = 0;
  float loss = 0;  // mean of -log p(class)
};

struct LearnReport {
  Status status = Status::ok;  // anything else: the old weights are back
  bool kept = false;           // false: the learnt weights were no better, and the old ones are back
  bool stopped = false;        // by the watch or the device
  std::uint32_t steps = 0;     // done
  float share = 0;             // of the way that was gone in the end
  // Corrections that only judged; 0: there were too few of them, so all were learnt from and judged.
  std::uint32_t held_out = 0;
  LearnScore corrections_before{}, corrections_after{};
  LearnScore replay_before{}, replay_after{};  // after: with the weights as they would have been kept
};

class Learner {
 public:
  static constexpr std::uint32_t kFewest =
      20;  // corrections from which on a fifth is held out; fewer judge badly

  // The plan is made with Mode::train, InputType::uint8 and Loss::cross_entropy; its batch may be as small as
  // 1. Borrows the arena (64-aligned, learner_bytes()) and the model's bytes. `seed` keys every order.
  static Result<Learner> create(const Model& model, const Plan& plan, const kernels::KernelTable& kernels,
                                std::span<std::byte> arena, const LearnerLimits& limits, std::uint64_t seed,
                                ParallelFor parallel = {});

  // Copies the picture (the network's input, [C][H][W]) into the ring, over the oldest one if that is full.
  // wrong_size, label_out_of_range.
  Status correct(std::span<const std::uint8_t> pixels, std::uint32_t label);
  std::uint32_t corrections() const { return stored_; }

  // What saving needs (formats/slots.h). Corrections by age, the oldest is 0; where the next one goes; and
  // back: an empty ring, then one correction after the other, whose picture is to be written to the returned
  // place. A start other than 0 is for as many corrections as the ring has places.
  std::uint32_t places() const { return static_cast<std::uint32_t>(ring_labels_.size()); }
  std::uint32_t next_place() const { return next_; }
  std::uint8_t correction_label(std::uint32_t age) const { return ring_labels_[place_of(age)]; }
  std::span<const std::uint8_t> correction_pixels(std::uint32_t age) const {
    return correction(place_of(age));
  }
  void forget_corrections(std::uint32_t start = 0);
  std::span<std::uint8_t> add_correction(std::uint8_t label);
  Trainer& trainer() { return trainer_; }

  // Learns from the corrections in the ring, which stay there. Keeps the learnt weights if they are better:
  // more of the corrections that judge are right, or as many at a smaller loss, and of the replayed pictures
  // no more than allowed become wrong; if not, half of the way, and a quarter. Otherwise the old weights come
  // back. The outcome depends on weights, corrections, replay, options and seed alone.
  LearnReport learn(const Replay& replay, const LearnOptions& options);

  Session& session() { return trainer_.session(); }  // inference with the weights as they are now
  const Session& session() const { return trainer_.session(); }

 private:
  struct Lesson;
  struct Scores {
    LearnScore corrections, replay;
  };
  std::size_t image_bytes() const;
  std::uint32_t place_of(std::uint32_t age) const;
  std::span<const std::uint8_t> correction(std::uint32_t index) const;
  std::span<std::uint8_t> picture_of(std::uint32_t place);  // in the batch
  std::span<float> target_of(std::uint32_t place);
  std::span<float> answer_of(std::uint32_t known);
  Status check(const Replay& replay) const;
  Lesson prepare(const Replay& replay, const LearnOptions& options);
  void remember(const Lesson& lesson);
  Scores judge(const Lesson& lesson);
  void add_to(LearnScore& score, std::span<const std::uint8_t> pixels, std::size_t label);
  Status train(Lesson& lesson, LearnReport& report);
  Status step(Lesson& lesson, std::uint32_t number, LearnReport& report);
  void take_correction(Lesson& lesson, std::uint32_t number, std::uint32_t done, std::uint32_t place);
  void take_known(Lesson& lesson, std::uint32_t place);
  void choose(const Lesson& lesson, LearnReport& report);
  void move_back(float share);  // to a share of the way from the old weights to those in force

  Trainer trainer_;           // has the seed
  std::span<float> kept_;     // the weights before learning
  std::span<float> answers_;  // [replay][outputs]: what known pictures are to give
  std::span<float> targets_;  // [plan's batch][outputs]
  std::span<std::uint32_t> correction_order_, replay_order_;
  std::span<std::uint8_t> batch_;  // [plan's batch] pictures
  std::span<std::uint8_t> ring_, ring_labels_;
  std::uint32_t stored_ = 0, next_ = 0;  // corrections in the ring, and where the next one goes
};

// The exact size of the arena: this many bytes are enough, one less is refused.
std::uint64_t learner_bytes(const Model& model, const Plan& plan, const LearnerLimits& limits);

}  // namespace lentil
