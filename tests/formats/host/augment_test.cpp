#include "formats/host/augment.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "formats/host/synth.h"

using namespace lentil::formats;

namespace {

constexpr AugmentOptions kAll{.shift = 2,
                              .rotate = 15,
                              .scale = 0.2f,
                              .shear = 0.4f,
                              .elastic = 1.5f,
                              .thickness = 1.5f,
                              .contrast = 0.2f,
                              .blur = 0.5f};
constexpr std::uint32_t kSide = 28;

using Pixels = std::vector<std::uint8_t>;

Pixels distorted(const Augmenter& augmenter, const Pixels& image, std::uint32_t epoch = 0,
                 std::uint32_t index = 0) {
  Pixels out(image.size()), scratch(image.size(), 99);
  augmenter(image, epoch, index, out, scratch);
  return out;
}

Augmenter of_digits(const AugmentOptions& options, std::uint64_t seed = 1) {
  return {options, seed, 1, kSide, kSide};
}

// A picture with all kinds of edges that no other part of the project draws.
Pixels pattern(std::size_t size) {
  Pixels image(size);
  for (std::size_t i = 0; i < size; ++i) image[i] = static_cast<std::uint8_t>(i * i * 37 % 251);
  return image;
}

// A white disc in the middle of the digits' frame.
Pixels disc(double radius) {
  Pixels image(kSynthPixels);
  for (std::uint32_t i = 0; i < kSynthPixels; ++i) {
    const double x = i % kSide - 13.5, y = i / kSide - 13.5;
    image[i] = x * x + y * y <= radius * radius ? 255 : 0;
  }
  return image;
}

struct Mass {
  double sum = 0, x = 0, y = 0;  // and its centre
};
Mass mass_of(const Pixels& image) {
  Mass mass;
  for (std::uint32_t i = 0; i < image.size(); ++i) {
    mass.sum += image[i];
    mass.x += 1.0 * image[i] * (i % kSide);
    mass.y += 1.0 * image[i] * (i / kSide);
  }
  mass.x /= mass.sum;
  mass.y /= mass.sum;
  return mass;
}

}  // namespace

// Pinned: the same bytes on every machine, with every compiler; a change trains other weights.
TEST_CASE("distortions give the same bytes everywhere") {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const AugmentOptions& options : {kAll, *parse_augment("light"), *parse_augment("full")}) {
    const Augmenter augmenter(options, 1, 2, 29, 70);
    for (std::uint32_t index = 0; index < 50; ++index) {
      for (const std::uint8_t byte : distorted(augmenter, pattern(augmenter.image_size()), 3, index))
        hash = (hash ^ byte) * 0x100000001b3u;
    }
  }
  CHECK(hash == 0x0513d91f5d99f1b8u);
}

TEST_CASE("a distortion depends on seed, epoch and index, and on nothing else") {
  const Pixels image = pattern(kSynthPixels);
  const Pixels first = distorted(of_digits(kAll), image, 1, 2);
  CHECK(distorted(of_digits(kAll), image, 1, 2) == first);
  CHECK(distorted(of_digits(kAll), image, 2, 2) != first);
  CHECK(distorted(of_digits(kAll), image, 1, 3) != first);
  CHECK(distorted(of_digits(kAll, 2), image, 1, 2) != first);
}

TEST_CASE("without distortions an image stays as it is, and each of them changes it") {
  const Pixels image = pattern(kSynthPixels);
  CHECK(distorted(of_digits({}), image) == image);
  for (const char* text : {"shift=1", "rotate=9", "scale=0.1", "shear=0.2", "elastic=1", "thickness=1",
                           "contrast=0.2", "blur=1"}) {
    INFO(text);
    CHECK(distorted(of_digits(*parse_augment(text)), image) != image);
  }
}

TEST_CASE("a shift moves by at most its pixels, both ways") {
  const Augmenter augmenter = of_digits({.shift = 3});
  double least = 0, most = 0;
  for (std::uint32_t index = 0; index < 200; ++index) {
    const Mass mass = mass_of(distorted(augmenter, disc(5), 0, index));
    for (const double moved : {mass.x - 13.5, mass.y - 13.5}) {
      least = std::min(least, moved);
      most = std::max(most, moved);
    }
  }
  CHECK(least == Approx(-3).margin(0.2));
  CHECK(most == Approx(3).margin(0.2));
}

TEST_CASE("scale changes the area of a disc by its share, both ways") {
  const Augmenter augmenter = of_digits({.scale = 0.2f});
  const double before = mass_of(disc(7)).sum;
  double least = 1, most = 1;
  for (std::uint32_t index = 0; index < 200; ++index) {
    const double share = mass_of(distorted(augmenter, disc(7), 0, index)).sum / before;
    least = std::min(least, share);
    most = std::max(most, share);
  }
  CHECK(least == Approx(0.8 * 0.8).margin(0.03));
  CHECK(most == Approx(1.2 * 1.2).margin(0.03));
}

TEST_CASE("shear slants an upright stroke by its tangent, and rotation by its angle, both ways") {
  Pixels stroke(kSynthPixels);
  for (std::uint32_t y = 4; y < 24; ++y) stroke[y * kSide + 13] = stroke[y * kSide + 14] = 255;
  const auto slant = [](const Pixels& image) {  // columns a row
    const Mass mass = mass_of(image);
    double xy = 0, yy = 0;
    for (std::uint32_t i = 0; i < image.size(); ++i) {
      const double y = i / kSide - mass.y;
      xy += image[i] * (i % kSide - mass.x) * y;
      yy += image[i] * y * y;
    }
    return xy / yy;
  };
  const auto& [text, expected] =
      GENERATE(table<std::string, double>({{"shear=0.45", 0.45}, {"rotate=24", 0.445}}));
  const Augmenter augmenter = of_digits(*parse_augment(text));
  double least = 0, most = 0;
  for (std::uint32_t index = 0; index < 300; ++index) {
    const double found = slant(distorted(augmenter, stroke, 0, index));
    least = std::min(least, found);
    most = std::max(most, found);
  }
  INFO(text);
  CHECK(least == Approx(-expected).margin(0.03));
  CHECK(most == Approx(expected).margin(0.03));
}

TEST_CASE("thickness widens strokes by its pixels on each side, and hairlines never vanish") {
  Pixels hairline(kSynthPixels);
  for (std::uint32_t y = 4; y < 24; ++y) hairline[y * kSide + 13] = 255;
  const Augmenter augmenter = of_digits({.thickness = 2});
  const auto width = [](const Pixels& image) {
    double sum = 0;
    for (std::uint32_t x = 0; x < kSide; ++x) sum += image[14 * kSide + x];
    return sum / 255;
  };
  double least = 9, most = 0;
  for (std::uint32_t index = 0; index < 200; ++index) {
    const double found = width(distorted(augmenter, hairline, 0, index));
    least = std::min(least, found);
    most = std::max(most, found);
  }
  CHECK(least == Approx(0.5).margin(0.05));
  CHECK(most == Approx(5).margin(0.15));
}

TEST_CASE("the elastic field moves by about half its pixels, differently in different places") {
  Pixels ramp(kSynthPixels);
  for (std::uint32_t i = 0; i < kSynthPixels; ++i) ramp[i] = static_cast<std::uint8_t>(9 * (i % kSide));
  const Augmenter augmenter = of_digits({.elastic = 2});
  double squares = 0, apart = 0;
  for (std::uint32_t index = 0; index < 200; ++index) {
    const Pixels moved = distorted(augmenter, ramp, 0, index);
    const double here = (moved[14 * kSide + 14] - 126) / 9.0, there = (moved[4 * kSide + 20] - 180) / 9.0;
    squares += here * here;
    apart += (here - there) * (here - there);
  }
  CHECK(std::sqrt(squares / 200) == Approx(1).margin(0.2));
  CHECK(apart > squares);
}

TEST_CASE("images of any size, channels included, are distorted, plane by plane alike") {
  for (const auto& [height, width] : {std::pair{1u, 1u}, {1u, 40u}, {40u, 1u}, {32u, 32u}, {5u, 65u}}) {
    const Augmenter one(kAll, 1, 1, height, width), three(kAll, 1, 3, height, width);
    const Pixels plane = pattern(one.image_size());
    Pixels image;
    for (int channel = 0; channel < 3; ++channel) image.insert(image.end(), plane.begin(), plane.end());
    const Pixels expected = distorted(one, plane), all = distorted(three, image);
    for (std::size_t channel = 0; channel < 3; ++channel)
      CHECK(std::ranges::equal(std::span(all).subspan(channel * plane.size(), plane.size()), expected));
  }
}
