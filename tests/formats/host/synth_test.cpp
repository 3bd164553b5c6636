#include "formats/host/synth.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "formats/host/synth_shapes.h"

using namespace lentil::formats;

namespace {

std::uint64_t fnv1a(std::span<const std::uint8_t> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;
  return hash;
}

using Mean = std::array<double, kSynthPixels>;

std::array<Mean, kDigitClasses> class_means(const Dataset& data) {
  std::array<Mean, kDigitClasses> means{};
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t p = 0; p < kSynthPixels; ++p) means[data.labels[i]][p] += data.image(i)[p];
  }
  for (Mean& mean : means) {
    for (double& value : mean) value /= static_cast<double>(data.size() / kDigitClasses);
  }
  return means;
}

}  // namespace

// Pinned: the same bytes on every machine, with every compiler. Shipped files name "synth" with a seed as the
// source of their samples, so a change of the drawings needs a new name.
TEST_CASE("synth draws the same bytes everywhere") {
  CHECK(fnv1a(synth_dataset(1000, 1, SynthPart::train).pixels) == 0x25bbb7c61c8efb01u);
}

TEST_CASE("a drawing depends on seed, part and sample alone") {
  const Dataset few = synth_dataset(20, 7, SynthPart::train), more = synth_dataset(40, 7, SynthPart::train);
  CHECK(std::ranges::equal(few.pixels, std::span(more.pixels).first(few.pixels.size())));
  CHECK(few.pixels != synth_dataset(20, 8, SynthPart::train).pixels);
  CHECK(few.pixels != synth_dataset(20, 7, SynthPart::test).pixels);
  CHECK_FALSE(std::ranges::equal(few.image(0), few.image(10)));
}

TEST_CASE("synth gives equally many pictures of each class") {
  const DataSplit split = synth_split(50, 30, 3);
  for (const Dataset* data : {&split.train, &split.test}) {
    CHECK(data->classes == 10);
    CHECK(data->pixels.size() == data->size() * kSynthPixels);
    for (std::uint8_t digit = 0; digit < 10; ++digit) {
      CHECK(std::ranges::count(data->labels, digit) == static_cast<std::ptrdiff_t>(data->size() / 10));
    }
  }
  CHECK(split.train.name == "synth:50,30,3");
}

TEST_CASE("drawn digits lie and weigh as those of MNIST") {
  const Dataset data = synth_dataset(2000, 1, SynthPart::train);
  double ink = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    double mass = 0, x = 0, y = 0;
    int bright = 0;
    for (std::size_t p = 0; p < kSynthPixels; ++p) {
      const double value = data.image(i)[p];
      mass += value;
      x += value * static_cast<double>(p % kSynthSide);
      y += value * static_cast<double>(p / kSynthSide);
      bright += value > 110;
    }
    INFO("sample " << i);
    CHECK(bright >= 10);
    CHECK(std::abs(x / mass - 14) < 2.5);
    CHECK(std::abs(y / mass - 14) < 2.5);
    ink += mass;
  }
  // MNIST's mean is 0.1307 of white.
  CHECK(ink / 255 / static_cast<double>(data.pixels.size()) == Approx(0.13).margin(0.015));
}

TEST_CASE("drawings of different digits differ: the nearest class mean is mostly the right one") {
  const auto means = class_means(synth_dataset(2000, 1, SynthPart::train));
  const Dataset test = synth_dataset(1000, 1, SynthPart::test);
  int correct = 0;
  for (std::size_t i = 0; i < test.size(); ++i) {
    std::array<double, kDigitClasses> distance{};
    for (std::size_t digit = 0; digit < kDigitClasses; ++digit) {
      for (std::size_t p = 0; p < kSynthPixels; ++p) {
        const double difference = test.image(i)[p] - means[digit][p];
        distance[digit] += difference * difference;
      }
    }
    correct += std::ranges::min_element(distance) - distance.begin() == test.labels[i];
  }
  CHECK(correct > 500);
  CHECK(correct < 850);  // a set that this classifier solves would be no test for a network
}

TEST_CASE("every form of every digit is within the limits of the drawing") {
  for (std::uint32_t digit = 0; digit < kDigitClasses; ++digit) {
    const DigitShapes& shapes = shapes_of(digit);
    CHECK(shapes.narrowest < shapes.widest);
    REQUIRE_FALSE(shapes.glyphs.empty());
    for (const Glyph& glyph : shapes.glyphs) {
      CHECK(glyph.weight > 0);
      CHECK(glyph.strokes.size() <= kMostStrokes);
      for (const auto stroke : glyph.strokes) {
        CHECK(stroke.size() >= 3);
        CHECK(stroke.size() <= kMostStrokePoints);
      }
    }
  }
}
