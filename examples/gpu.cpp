// Opens a model file, draws a digit, and says which one the network sees: on the first NVIDIA GPU, or on the
// processor where there is none: gpu FILE. The answers are the same, bit for bit.
#include <algorithm>
#include <array>
#include <cstdio>

#include "formats/host/cuda/session.h"
#include "formats/host/file_io.h"
#include "formats/host/synth.h"
#include "formats/model_reader.h"
#include "runtime/session.h"

namespace {

using Pixels = std::array<std::uint8_t, lentil::formats::kSynthPixels>;
using Scores = std::array<float, 10>;

alignas(64) std::byte arena[100'000];

lentil::formats::Outcome<std::monostate> run_on_gpu(const lentil::Model& model, const Pixels& pixels,
                                                    Scores& scores) {
  const auto driver = lentil::cuda::Driver::load();
  if (!driver) return driver.error();
  const auto gpu = lentil::cuda::Gpu::open(*driver, /*ordinal=*/0);
  if (!gpu) return gpu.error();
  auto session = lentil::cuda::CudaSession::create(**gpu, model, lentil::InputType::uint8, /*batch=*/1);
  if (!session) return session.error();
  return session->run(std::span<const std::uint8_t>(pixels), scores);
}

lentil::Status run_on_cpu(const lentil::Model& model, const Pixels& pixels, Scores& scores) {
  const auto plan = lentil::plan(model, {.input = lentil::InputType::uint8}, arena);
  if (!plan) return plan.error().status;
  auto session = lentil::Session::create(model, **plan, *lentil::kernels::cpu().table, arena);
  return session ? session->run(pixels, scores) : session.error().status;
}

}  // namespace

int main(int argc, char** argv) {
  const auto file = lentil::formats::read_file_aligned(argc > 1 ? argv[1] : "models/lenet_mnist.lentil");
  if (!file) return std::fprintf(stderr, "%s\n", file.error().message.c_str()), 1;
  const auto model = lentil::formats::read_model(*file);
  if (!model) return std::fprintf(stderr, "%s\n", lentil::formats::explain(model.error()).c_str()), 1;

  Pixels pixels;
  Scores scores;
  lentil::formats::draw_digit(/*seed=*/1, lentil::formats::SynthPart::extra, /*sample=*/4, pixels);
  if (const auto done = run_on_gpu(*model, pixels, scores); !done) {
    std::fprintf(stderr, "no GPU: %s; running on the CPU\n", done.error().message.c_str());
    const lentil::Status status = run_on_cpu(*model, pixels, scores);
    if (status != lentil::Status::ok) return std::fprintf(stderr, "%s\n", lentil::status_name(status)), 1;
  }
  std::printf("%td\n", std::max_element(scores.begin(), scores.end()) - scores.begin());
}
