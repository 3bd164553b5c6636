// lentil_correct, lentil_learn.
#include "formats/device/network.h"

namespace lentil::device {
namespace {

LearnOptions options_of(const lentil_learning& given) {
  LearnOptions options;
  if (given.rate != 0) options.sgd.rate = given.rate;
  if (given.passes != 0) options.passes = given.passes;
  options.steps = given.steps;
  options.watch = {given.go_on, given.context};
  return options;
}

lentil_score score_of(const LearnScore& score) { return {score.correct, score.total, score.loss}; }

lentil_lesson lesson_of(const LearnReport& report) {
  return {.kept = report.kept,
          .stopped = report.stopped,
          .steps = report.steps,
          .held_out = report.held_out,
          .share = report.share,
          .corrections_before = score_of(report.corrections_before),
          .corrections_after = score_of(report.corrections_after),
          .replay_before = score_of(report.replay_before),
          .replay_after = score_of(report.replay_after)};
}

}  // namespace

ReplaySample known_picture(const void* network, std::uint32_t index) {
  const formats::FileView& file = static_cast<const lentil_network*>(network)->file;
  std::uint32_t i = 0;
  for (std::uint32_t before = index; before > 0 || file.replay(i).pixels.empty(); ++i)
    before -= !file.replay(i).pixels.empty();
  const auto sample = file.replay(i);
  return {sample.pixels, sample.label};
}

}  // namespace lentil::device

using namespace lentil;
using namespace lentil::device;

lentil_error lentil_correct(lentil_network* network, const lentil_image* image, uint32_t label) {
  if (network == nullptr) return missing(0);
  if (image == nullptr || image->pixels == nullptr) return missing(1);
  if (network->learner == nullptr) return wrong_mode(LENTIL_LEARN, *network);
  const std::size_t classes = network->session->output_size();
  if (label >= classes) return to_c({Status::label_out_of_range, 0, classes, label});
  Prepared found;
  const auto pixels = see(*network, *image, found);
  if (!pixels) return to_c(pixels.error());
  return to_c({network->learner->correct(*pixels, label)});
}

lentil_error lentil_learn(lentil_network* network, const lentil_learning* learning, lentil_lesson* lesson) {
  if (network == nullptr) return missing(0);
  if (lesson == nullptr) return missing(2);
  *lesson = {};
  if (network->learner == nullptr) return wrong_mode(LENTIL_LEARN, *network);
  if (network->learner->corrections() == 0) return to_c({Status::no_corrections, 0, 1, 0});
  const Replay replay{network, known_picture, network->replay};
  const LearnReport report =
      network->learner->learn(replay, options_of(learning == nullptr ? lentil_learning{} : *learning));
  *lesson = lesson_of(report);
  return to_c({report.status});
}
