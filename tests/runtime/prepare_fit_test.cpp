// The last part of a preparation: from a prepared picture to an input of another size.
#include <array>
#include <catch2/catch.hpp>
#include <vector>

#include "runtime/prepare.h"

using namespace lentil;

namespace {

struct ResizeCase {
  std::uint32_t width, height, to_width, to_height;
  std::uint64_t hash;
};

// By tests/golden/make_resize_golden.py.
constexpr std::array kResized{
    ResizeCase{28, 28, 32, 32, 0xcb00549dbc582ba1}, ResizeCase{28, 28, 14, 14, 0x0ac32b48239901fe},
    ResizeCase{28, 28, 28, 32, 0xddc5caa7785c8ca1}, ResizeCase{7, 5, 3, 11, 0x776cdab6d243a926},
    ResizeCase{1, 1, 4, 2, 0xa8c7f832281a39c5},     ResizeCase{100, 60, 9, 7, 0xfd89ebe09581056d},
    ResizeCase{3, 2, 28, 29, 0xdbe820b8be61fa9f},
};

std::vector<std::uint8_t> formula(std::uint32_t width, std::uint32_t height) {
  std::vector<std::uint8_t> pixels;
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x)
      pixels.push_back(static_cast<std::uint8_t>(x * 37 + y * 101 + x * y * 7));
  }
  return pixels;
}

std::uint64_t hash_of(std::span<const std::uint8_t> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;
  return hash;
}

std::vector<std::uint8_t> fitted(std::span<const std::uint8_t> pixels, const Recipe& recipe,
                                 const Shape& input) {
  std::vector<std::uint8_t> output(input.count(), 0xa5);
  std::vector<std::byte> memory(prepared_shape(recipe, input).height * input.width);
  REQUIRE(fit_picture(pixels, recipe, input, memory, output).status == Status::ok);
  return output;
}

Status refusal(const Recipe& recipe, const Shape& input, std::size_t pixels, std::size_t memory,
               std::size_t output) {
  const std::vector<std::uint8_t> given(pixels);
  std::vector<std::byte> spare(memory);
  std::vector<std::uint8_t> taken(output);
  return fit_picture(given, recipe, input, spare, taken).status;
}

}  // namespace

TEST_CASE("a prepared picture is resized as Pillow resizes it") {
  for (const ResizeCase& c : kResized) {
    CAPTURE(c.width, c.height, c.to_width, c.to_height);
    const Recipe recipe{.fit = {.height = c.height, .width = c.width}};
    CHECK(hash_of(fitted(formula(c.width, c.height), recipe, {1, c.to_height, c.to_width})) == c.hash);
  }
}

TEST_CASE("a prepared picture is padded with zeros on each side") {
  const Recipe recipe{
      .fit = {.height = 1, .width = 2, .padding = {.top = 1, .left = 0, .bottom = 0, .right = 2}}};
  const std::array<std::uint8_t, 2> pixels{7, 9};
  CHECK(fitted(pixels, recipe, {1, 2, 4}) == std::vector<std::uint8_t>{0, 0, 0, 0, 7, 9, 0, 0});
}

TEST_CASE("a threshold leaves black and white, in every channel") {
  const Recipe recipe{.fit = {.height = 1, .width = 3, .threshold = 76}};
  const std::array<std::uint8_t, 3> pixels{0, 76, 77};
  CHECK(fitted(pixels, recipe, {1, 1, 3}) == std::vector<std::uint8_t>{0, 0, 255});
  CHECK(fitted(pixels, recipe, {3, 1, 3}) == std::vector<std::uint8_t>{0, 0, 255, 0, 0, 255, 0, 0, 255});
}

TEST_CASE("what cannot be fitted is refused with its reason") {
  const Recipe resize{.fit = {.height = 28, .width = 28}};
  constexpr Shape kInput{1, 32, 32};
  CHECK(refusal(resize, kInput, 784, 28 * 32, 1024) == Status::ok);
  CHECK(refusal(resize, kInput, 783, 28 * 32, 1024) == Status::wrong_size);
  CHECK(refusal(resize, kInput, 784, 28 * 32, 1023) == Status::wrong_size);
  CHECK(refusal(resize, kInput, 784, 28 * 32 - 1, 1024) == Status::arena_too_small);
  Recipe padded = resize;
  padded.fit.padding = {2, 2, 2, 1};
  CHECK(refusal(padded, kInput, 784, 28 * 32, 1024) == Status::unsupported_preparation);
}

TEST_CASE("a picture is prepared at its own size and then fitted into the input") {
  std::vector<std::uint8_t> seven(60 * 60, 255);
  for (std::size_t i = 0; i < 30; ++i) seven[10 * 60 + 15 + i] = seven[11 * 60 + 15 + i] = 0;
  for (std::size_t i = 0; i < 38; ++i)
    seven[(10 + i) * 60 + 43 - i / 3] = seven[(10 + i) * 60 + 44 - i / 3] = 0;
  const Picture picture{seven.data(), 60, 60, 60, PixelFormat::grey};
  std::vector<std::byte> memory(kPrepareBytes);
  std::vector<std::uint8_t> plain(784), padded(1024), resized(3072);
  REQUIRE(prepare(picture, {}, {1, 28, 28}, memory, plain));

  const Recipe pad{.fit = {.height = 28, .width = 28, .padding = {2, 2, 2, 2}}};
  REQUIRE(prepare(picture, pad, {1, 32, 32}, memory, padded));
  CHECK(padded == fitted(plain, pad, {1, 32, 32}));
  const Recipe resize{.fit = {.height = 28, .width = 28, .threshold = 100}};
  REQUIRE(prepare(picture, resize, {3, 32, 32}, memory, resized));
  CHECK(resized == fitted(plain, resize, {3, 32, 32}));
}
