// One learn(): who judges, the steps, and how much of what was learnt stays.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/answer.h"
#include "runtime/learner.h"
#include "runtime/plan_data.h"
#include "runtime/shuffle.h"

namespace lentil {
namespace {

constexpr std::uint32_t kHeldOutOf = 5;  // one of so many corrections judges
constexpr int kTries = 3;                // the whole share of the way, half of it, a quarter

// Numbers in a seeded order, shuffled anew whenever all have been taken.
struct Deck {
  std::span<std::uint32_t> cards;
  kernels::RandomKey key;
  std::size_t taken = 0;

  std::uint32_t take() {
    if (taken == cards.size()) taken = 0;
    if (taken == 0) {
      shuffle_order(cards, key);
      ++key.step;
    }
    return cards[taken++];
  }
};

void one_hot(std::span<float> target, std::size_t label) {
  std::fill(target.begin(), target.end(), 0.0f);
  target[label] = 1;
}

// The picture moved by some rows and columns; its edges go on outwards.
void copy_moved(std::span<const std::uint8_t> from, const Shape& shape, std::int64_t rows,
                std::int64_t columns, std::span<std::uint8_t> to) {
  const std::int64_t height = shape.height, width = shape.width;
  auto next = to.begin();
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    for (std::int64_t y = 0; y < height; ++y) {
      const std::int64_t row = c * height + std::clamp<std::int64_t>(y - rows, 0, height - 1);
      for (std::int64_t x = 0; x < width; ++x) {
        const std::int64_t column = std::clamp<std::int64_t>(x - columns, 0, width - 1);
        *next++ = from[static_cast<std::size_t>(row * width + column)];
      }
    }
  }
}

// Uniform in [-most, most].
std::int64_t draw_move(const kernels::RandomKey& key, std::uint32_t index, std::uint32_t most) {
  const std::uint64_t bits = kernels::random_bits(key, index);
  return static_cast<std::int64_t>(bits * (2 * std::uint64_t{most} + 1) >> 32) - most;
}

bool better(const LearnScore& after, const LearnScore& before) {
  if (!std::isfinite(after.loss)) return false;
  return after.correct > before.correct || (after.correct == before.correct && after.loss < before.loss);
}

bool remembers(const LearnScore& after, const LearnScore& before, float forgotten) {
  const float allowed = forgotten * static_cast<float>(before.total);
  return static_cast<float>(after.correct) + allowed >= static_cast<float>(before.correct);
}

}  // namespace

struct Learner::Lesson {
  const Replay& replay;
  const LearnOptions& options;
  std::span<const std::uint32_t> judges;  // corrections
  Deck corrections, known;
  std::uint32_t images = 1;  // of a step
  std::uint32_t steps = 1;
};

LearnReport Learner::learn(const Replay& replay, const LearnOptions& options) {
  LearnReport report{.status = check(replay)};
  if (report.status != Status::ok) return report;
  Lesson lesson = prepare(replay, options);
  report.status = trainer_.check_statistics(lesson.images);
  if (report.status != Status::ok) return report;
  report.held_out = static_cast<std::uint32_t>(stored_ < kFewest ? 0 : lesson.judges.size());
  remember(lesson);
  const Scores before = judge(lesson);
  report.corrections_before = report.corrections_after = before.corrections;
  report.replay_before = report.replay_after = before.replay;
  report.status = train(lesson, report);
  if (report.status == Status::ok && !report.stopped) choose(lesson, report);
  if (!report.kept) trainer_.load_weights(kept_);
  return report;
}

Status Learner::check(const Replay& replay) const {
  if (stored_ == 0) return Status::no_corrections;
  if (replay.count > replay_order_.size()) return Status::wrong_size;
  const auto classes = static_cast<std::int64_t>(session().output_size());
  for (std::uint32_t i = 0; i < replay.count; ++i) {
    const ReplaySample sample = replay.sample(replay.source, i);
    if (sample.pixels.size() != image_bytes()) return Status::wrong_size;
    if (sample.label >= classes) return Status::label_out_of_range;
  }
  return Status::ok;
}

Learner::Lesson Learner::prepare(const Replay& replay, const LearnOptions& options) {
  const auto order = correction_order_.first(stored_);
  const auto known = replay_order_.first(replay.count);
  std::iota(order.begin(), order.end(), 0u);
  std::iota(known.begin(), known.end(), 0u);
  shuffle_order(order, {.seed = trainer_.seed(), .use = kernels::RandomUse::hold_out});
  const std::size_t held_out = stored_ < kFewest ? 0 : stored_ / kHeldOutOf;
  const auto learners = order.subspan(held_out);
  const Plan& plan = session().plan();
  const std::uint32_t images = std::max<std::uint32_t>(options.batch, 1);
  Lesson lesson{
      .replay = replay,
      .options = options,
      .judges = held_out == 0 ? order : order.first(held_out),
      .corrections = {learners, {.seed = trainer_.seed(), .use = kernels::RandomUse::shuffle, .layer = 0}},
      .known = {known, {.seed = trainer_.seed(), .use = kernels::RandomUse::shuffle, .layer = 1}},
      .images = plan.accumulate ? images : std::min(images, plan.batch)};
  const std::uint64_t wanted = std::uint64_t{options.passes} * learners.size() * (replay.count == 0 ? 1 : 2);
  const std::uint64_t needed = (wanted + lesson.images - 1) / lesson.images;
  lesson.steps = options.steps != 0 ? options.steps : static_cast<std::uint32_t>(needed);
  return lesson;
}

// The old weights, and what they make of the known pictures; velocities of earlier lessons are forgotten.
void Learner::remember(const Lesson& lesson) {
  trainer_.save_weights(kept_);
  trainer_.restore_step(0);
  for (std::uint32_t layer = 0; layer < session().model().layer_count; ++layer) {
    for (const Slot slot : {Slot::weight, Slot::bias}) {
      const auto velocity = trainer_.velocity(layer, slot);
      std::fill(velocity.begin(), velocity.end(), 0.0f);
    }
  }
  const LayerType meaning = output_meaning(session().model());
  for (std::uint32_t i = 0; i < lesson.replay.count; ++i) {
    const ReplaySample sample = lesson.replay.sample(lesson.replay.source, i);
    const auto target = answer_of(i);
    session().run(sample.pixels, target);
    to_probabilities(target, meaning);
    if (lesson.options.targets == ReplayTargets::labels && sample.label >= 0)
      one_hot(target, static_cast<std::size_t>(sample.label));
  }
}

Learner::Scores Learner::judge(const Lesson& lesson) {
  Scores scores;
  for (const std::uint32_t i : lesson.judges) add_to(scores.corrections, correction(i), ring_labels_[i]);
  for (std::uint32_t i = 0; i < lesson.replay.count; ++i) {
    const ReplaySample sample = lesson.replay.sample(lesson.replay.source, i);
    const std::size_t label =
        sample.label >= 0 ? static_cast<std::size_t>(sample.label) : answer(answer_of(i));
    add_to(scores.replay, sample.pixels, label);
  }
  for (LearnScore* score : {&scores.corrections, &scores.replay}) {
    if (score->total > 0) score->loss /= static_cast<float>(score->total);
  }
  return scores;
}

void Learner::add_to(LearnScore& score, std::span<const std::uint8_t> pixels, std::size_t label) {
  const auto output = target_of(0);  // free between steps
  session().run(pixels, output);
  score.correct += answer(output) == label;
  score.loss += minus_log_probability(output, label, output_meaning(session().model()));
  ++score.total;
}

Status Learner::train(Lesson& lesson, LearnReport& report) {
  const LearnWatch& watch = lesson.options.watch;
  const LearnDevice& device = lesson.options.device;
  if (device.step != nullptr && session().plan().accumulate) return Status::wrong_mode;
  report.stopped = device.step != nullptr && !device.begin(device.context, trainer_);
  for (std::uint32_t number = 0; number < lesson.steps && !report.stopped; ++number) {
    report.stopped = watch.go_on != nullptr && !watch.go_on(watch.context, number, lesson.steps);
    if (report.stopped) break;
    const Status status = step(lesson, number, report);
    if (status != Status::ok) return status;
    report.steps += report.stopped ? 0 : 1;
  }
  if (device.step != nullptr && !report.stopped) report.stopped = !device.end(device.context, trainer_);
  return Status::ok;
}

// In parts that the plan has room for.
Status Learner::step(Lesson& lesson, std::uint32_t number, LearnReport& report) {
  Sgd sgd = lesson.options.sgd;
  sgd.rate *= static_cast<float>(lesson.images) /
              static_cast<float>(std::max<std::uint32_t>(lesson.options.batch, 1));
  const std::uint32_t room = session().plan().batch;
  const LearnDevice& device = lesson.options.device;
  StepResult result;
  for (std::uint32_t done = 0; done < lesson.images && result.status == Status::ok;) {
    const std::uint32_t count = std::min(room, lesson.images - done);
    for (std::uint32_t place = 0; place < count; ++place) {
      // Every second one, over the steps too: a step may have a single image.
      const std::uint64_t image = std::uint64_t{number} * lesson.images + done + place;
      if (lesson.replay.count > 0 && image % 2 != 0) {
        take_known(lesson, place);
      } else {
        take_correction(lesson, number, done, place);
      }
    }
    const std::span<const std::uint8_t> pixels = batch_.first(count * image_bytes());
    const std::span<const float> targets = targets_.first(count * session().output_size());
    if (device.step != nullptr) {
      report.stopped = !device.step(device.context, pixels, targets, sgd);
    } else {
      result = trainer_.step(pixels, targets, sgd, lesson.images);
    }
    done += count;
  }
  return result.status;
}

void Learner::take_correction(Lesson& lesson, std::uint32_t number, std::uint32_t done, std::uint32_t place) {
  const std::uint32_t index = lesson.corrections.take();
  const kernels::RandomKey key{
      .seed = trainer_.seed(), .use = kernels::RandomUse::augment, .step = number, .position = done + place};
  const std::uint32_t most = lesson.options.shift;
  copy_moved(correction(index), session().model().input, draw_move(key, 0, most), draw_move(key, 1, most),
             picture_of(place));
  one_hot(target_of(place), ring_labels_[index]);
}

void Learner::take_known(Lesson& lesson, std::uint32_t place) {
  const std::uint32_t index = lesson.known.take();
  const auto pixels = lesson.replay.sample(lesson.replay.source, index).pixels;
  const auto target = answer_of(index);
  std::copy(pixels.begin(), pixels.end(), picture_of(place).begin());
  std::copy(target.begin(), target.end(), target_of(place).begin());
}

void Learner::choose(const Lesson& lesson, LearnReport& report) {
  float way = lesson.options.share;
  report.share = 1;
  for (int tries = 0; tries < kTries && !report.kept; ++tries, way = 0.5f) {
    move_back(way);
    report.share *= way;
    const Scores after = judge(lesson);
    report.corrections_after = after.corrections;
    report.replay_after = after.replay;
    report.kept = better(after.corrections, report.corrections_before) &&
                  remembers(after.replay, report.replay_before, lesson.options.forgotten);
  }
}

void Learner::move_back(float share) {
  auto old = kept_.begin();
  for (std::uint32_t layer = 0; layer < session().model().layer_count; ++layer) {
    for (std::size_t s = 0; s < kSlots; ++s) {
      for (float& weight : trainer_.weights(layer, static_cast<Slot>(s))) {
        weight = *old + share * (weight - *old);
        ++old;
      }
    }
  }
  trainer_.weights_changed();
}

}  // namespace lentil
