#include "tools/gpu_self_test.h"

#include <numeric>

#include "formats/host/cuda/session.h"
#include "formats/host/cuda/trainer.h"
#include "runtime/hash.h"

namespace lentil::tools {
namespace {

using formats::Outcome;
using Question = SelfTestQuestion;

Outcome<std::uint64_t> outputs_hash(const cuda::Gpu& gpu, const Question& question) {
  auto session = cuda::CudaSession::create(gpu, question.lenet.model(), InputType::uint8, Question::kImages);
  if (!session) return session.error();
  std::vector<float> outputs(Question::kImages * session->output_size());
  const auto ran = session->run(std::span<const std::uint8_t>(question.digits.pixels), outputs);
  if (!ran) return ran.error();
  return hash_floats(kHashStart, outputs);
}

Outcome<std::uint64_t> trained_hash(const cuda::Gpu& gpu, const Question& question) {
  auto trainer =
      cuda::CudaTrainer::create(gpu, question.lenet.model(), {.mode = Mode::train, .input = InputType::uint8},
                                Question::kImages, Question::kSeed);
  if (!trainer) return trainer.error();
  if (auto used = trainer->use_images(question.digits.pixels, question.digits.labels); !used)
    return used.error();
  for (const std::uint32_t images : Question::kSteps) {
    std::vector<std::uint32_t> order(images);
    std::iota(order.begin(), order.end(), 0u);
    const auto done = trainer->run(order, std::span(&Question::kSgd, 1));
    if (!done) return done.error();
  }
  return trainer->weights_hash();
}

}  // namespace

Outcome<SelfTestBits> run_self_test(const cuda::Gpu& gpu) {
  const Question question;
  const auto outputs = outputs_hash(gpu, question);
  if (!outputs) return outputs.error();
  const auto weights = trained_hash(gpu, question);
  if (!weights) return weights.error();
  return SelfTestBits{*outputs, *weights};
}

}  // namespace lentil::tools
