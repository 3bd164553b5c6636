// Asks a model what it sees in a picture, tells it what it should have seen, and saves what it has learnt:
// learn MODEL PICTURE LABEL OUT
#include <cstdio>
#include <cstdlib>

#include "formats/host/image.h"
#include "formats/host/model_learner.h"

namespace {

using namespace lentil::formats;

int failed(const Failure& failure) { return std::fprintf(stderr, "%s\n", failure.message.c_str()), 1; }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fputs("usage: learn MODEL PICTURE LABEL OUT\n", stderr), 2;
  const auto picture = read_image(argv[2]);
  if (!picture) return failed(picture.error());
  auto learner = ModelLearner::open(argv[1]);
  if (!learner) return failed(learner.error());

  const auto before = learner->classify(*picture);  // any size: it is prepared as the file says
  if (!before) return failed(before.error());
  const auto corrected = learner->correct(*picture, static_cast<std::uint32_t>(std::atoi(argv[3])));
  if (!corrected) return failed(corrected.error());
  const auto report = learner->learn();  // keeps the better weights
  if (!report) return failed(report.error());
  const auto after = learner->classify(*picture);
  if (!after) return failed(after.error());

  std::printf("%u (%.1f %%), then %u (%.1f %%)\n", before->label, 100 * before->probability, after->label,
              100 * after->probability);
  const auto saved = learner->save(argv[4]);
  return saved ? 0 : failed(saved.error());
}
