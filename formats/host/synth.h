// Digits drawn by strokes: a data set that needs no download and belongs to this project. Made from
// additions, multiplications, divisions and square roots alone, so that a seed gives the same bytes on
// every machine.
#pragma once
#include <cstdint>
#include <span>

#include "formats/host/dataset.h"

namespace lentil::formats {

inline constexpr std::uint32_t kSynthSide = 28;
inline constexpr std::size_t kSynthPixels = std::size_t{kSynthSide} * kSynthSide;
inline constexpr std::uint32_t kMaxSynthImages = 1'000'000;  // per half: 784 MB
// What the root "synth" stands for: as many as MNIST has.
inline constexpr std::uint32_t kSynthTrainImages = 60'000;
inline constexpr std::uint32_t kSynthTestImages = 10'000;
inline constexpr std::uint64_t kSynthSeed = 1;

// Halves that never share a picture, whatever their sizes. `extra` is for samples that travel with a model.
enum class SynthPart : std::uint8_t { train = 0, test = 1, extra = 2 };

// Image `sample` of a part shows the digit sample % 10: white on black, in a box of about 20 pixels, with
// its centre of mass in the middle, as in MNIST.
void draw_digit(std::uint64_t seed, SynthPart part, std::uint32_t sample,
                std::span<std::uint8_t, kSynthPixels> pixels);

Dataset synth_dataset(std::uint32_t images, std::uint64_t seed, SynthPart part);
DataSplit synth_split(std::uint32_t train_images, std::uint32_t test_images, std::uint64_t seed);

}  // namespace lentil::formats
