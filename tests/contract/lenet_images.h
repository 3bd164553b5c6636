// Images and labels that need no data: an integer formula.
#pragma once
#include <cstdint>

namespace lentil::contract {

inline constexpr std::uint32_t kImagePixels = 28 * 28;
inline constexpr std::uint32_t kTrainingSteps = 20;
inline constexpr std::uint64_t kWeightSeed = 1, kDropoutSeed = 7;

constexpr std::uint8_t image_label(std::uint32_t image) { return static_cast<std::uint8_t>(image * 7 % 10); }

// Stripes whose direction and distance follow from the label, shifted from image to image.
constexpr std::uint8_t image_pixel(std::uint32_t image, std::uint32_t pixel) {
  const std::uint32_t row = pixel / 28, column = pixel % 28, label = image_label(image);
  return static_cast<std::uint8_t>((row * (label + 1) + column * (10 - label) + image * 13) % 32 * 8);
}

}  // namespace lentil::contract
