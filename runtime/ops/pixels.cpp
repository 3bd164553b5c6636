// The caller's pixels as floats: plain, where a convolution carries the normalisation, else normalised.
#include "runtime/ops/ops.h"

namespace lentil {

float pixel_scale(const Model& model, std::uint32_t channel) {
  return 1.0f / (255.0f * model.normalization.std[model.normalization_index(channel)]);
}
float pixel_shift(const Model& model, std::uint32_t channel) {
  const std::size_t i = model.normalization_index(channel);
  return model.normalization.mean[i] / model.normalization.std[i];
}

namespace {

void forward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const auto* pixels = reinterpret_cast<const std::uint8_t*>(ctx.x);
  const bool normalize = ctx.step.has(kNormalizes);
  const std::size_t plane = ctx.out.plane();
  for (std::uint32_t b = begin; b < end; ++b) {
    for (std::uint32_t c = 0; c < ctx.out.channels; ++c) {
      const std::size_t at = (std::size_t{b} * ctx.out.channels + c) * plane;
      ctx.kernels.pixels_forward({.y = ctx.y + at,
                                  .pixels = pixels + at,
                                  .count = static_cast<std::int64_t>(plane),
                                  .scale = normalize ? pixel_scale(ctx.model, c) : 1.0f,
                                  .shift = normalize ? -pixel_shift(ctx.model, c) : 0.0f});
    }
  }
}

}  // namespace

const OpDef kPixels{.type = LayerType::flatten, .name = "Pixels", .infer = same_shape, .forward = forward};

}  // namespace lentil
