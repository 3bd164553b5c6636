// What the programs do whose size is measured.
#pragma once
#include <cstddef>
#include <span>

#include "formats/model_reader.h"
#include "runtime/trainer.h"

extern "C" int app(const std::byte* file, std::size_t bytes, std::span<std::byte> arena, const float* input,
                   float* output);

namespace lentil::size {

// Opens the file with all checks, plans in the arena, classifies one image.
inline int classify(std::span<const std::byte> file, std::span<std::byte> arena,
                    const kernels::KernelTable& kernels, std::span<const float> input,
                    std::span<float> output) {
  const auto model = formats::read_model(file);
  if (!model) return static_cast<int>(model.error().status);
  const auto made = plan(*model, {.goal = Goal::small}, arena);
  if (!made) return static_cast<int>(made.error().status);
  auto session = Session::create(*model, **made, kernels, arena);
  if (!session) return static_cast<int>(session.error().status);
  return static_cast<int>(session->run(input, output));
}

// The same with a step of SGD.
inline int train(std::span<const std::byte> file, std::span<std::byte> arena,
                 const kernels::KernelTable& kernels, std::span<const float> input,
                 std::span<const std::uint8_t> labels) {
  const auto model = formats::read_model(file);
  if (!model) return static_cast<int>(model.error().status);
  const auto made = plan(*model, {.mode = Mode::train, .goal = Goal::small}, arena);
  if (!made) return static_cast<int>(made.error().status);
  auto trainer = Trainer::create(*model, **made, kernels, arena, 1);
  if (!trainer) return static_cast<int>(trainer.error().status);
  return static_cast<int>(trainer->step(input, labels, {.rate = 0.01f, .momentum = 0.9f}).status);
}

}  // namespace lentil::size
