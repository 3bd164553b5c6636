#include "runtime/prepare.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <vector>

#include "formats/host/synth.h"
#include "tests/support/dice.h"
#include "tests/support/ink_at.h"
#include "tests/support/poisoned_arena.h"

using namespace lentil;

namespace {

constexpr Shape kInput{1, 28, 28};
using Pixels = std::array<std::uint8_t, 784>;

// A picture with memory of its own: `bytes` samples per pixel.
struct Canvas {
  Canvas(std::uint32_t w, std::uint32_t h, std::size_t bytes, std::uint8_t colour)
      : width(w),
        height(h),
        pixels(std::size_t{w} * h * bytes, colour),
        format(static_cast<PixelFormat>(bytes)) {}

  Picture picture() const { return {pixels.data(), width, height, width * bytes(), format}; }
  std::size_t bytes() const { return static_cast<std::size_t>(format); }
  std::uint8_t& at(std::uint32_t x, std::uint32_t y, std::size_t c = 0) {
    return pixels[(std::size_t{y} * width + x) * bytes() + c];
  }

  std::uint32_t width, height;
  std::vector<std::uint8_t> pixels;
  PixelFormat format;
};

Pixels digit(std::uint32_t sample) {
  Pixels pixels;
  formats::draw_digit(3, formats::SynthPart::test, sample, pixels);
  return pixels;
}

// Ink from 0 to 255 at a place of a digit that is `scale` times as large and lies at (left, top).
int ink_at(const Pixels& pixels, double scale, double left, double top, double x, double y) {
  const double ink = test::ink_at(pixels, (x + 0.5 - left) / scale - 0.5, (y + 0.5 - top) / scale - 0.5);
  return static_cast<int>(std::lround(ink));
}

// Calls paint(pixel, ink, x, y) for every pixel.
Canvas painted(std::uint32_t sample, Canvas canvas, double scale, double left, double top,
               const std::function<void(std::uint8_t*, int, std::uint32_t, std::uint32_t)>& paint) {
  const Pixels pixels = digit(sample);
  for (std::uint32_t y = 0; y < canvas.height; ++y) {
    for (std::uint32_t x = 0; x < canvas.width; ++x)
      paint(&canvas.at(x, y), ink_at(pixels, scale, left, top, x, y), x, y);
  }
  return canvas;
}
Canvas black_on_white(std::uint32_t sample, std::uint32_t side, double scale, double left, double top) {
  return painted(sample, Canvas(side, side, 1, 255), scale, left, top,
                 [](std::uint8_t* p, int ink, auto, auto) { *p = static_cast<std::uint8_t>(255 - ink); });
}

Result<Prepared> prepare_into(const Picture& picture, const Recipe& recipe, Pixels& output) {
  test::PoisonedArena memory(kPrepareBytes);
  output.fill(0xff);
  const auto result = prepare(picture, recipe, kInput, memory.bytes(), output);
  CHECK(memory.guards_intact());
  return result;
}
Pixels prepared(const Canvas& canvas, const Recipe& recipe = {}) {
  Pixels output;
  const auto result = prepare_into(canvas.picture(), recipe, output);
  INFO(status_name(result ? Status::ok : result.error().status));
  REQUIRE(result);
  return output;
}
Pixels plain(std::uint32_t sample) {
  const Pixels pixels = digit(sample);
  Canvas canvas(28, 28, 1, 0);
  std::ranges::copy(pixels, canvas.pixels.begin());
  return prepared(canvas);
}

// Mean difference of the pixels that are not black in both, of 255.
double difference(const Pixels& a, const Pixels& b) {
  double sum = 0;
  int inked = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += std::abs(int{a[i]} - int{b[i]});
    inked += a[i] > 0 || b[i] > 0;
  }
  return sum / inked;
}

// A digit that was found and put in its place differs from another picture of itself by its edges only; a
// shift by one pixel alone makes 50.
constexpr double kSame = 24;

void check_same(const Canvas& canvas, std::uint32_t sample) {
  INFO("sample " << sample);
  CHECK(difference(prepared(canvas), plain(sample)) < kSame);
}

}  // namespace

TEST_CASE("a prepared digit is 20 pixels long, its centre of mass is at 14.0, and its ink is white") {
  for (std::uint32_t sample = 0; sample < 20; ++sample) {
    const Pixels output = prepared(black_on_white(sample, 300, 5, 60, 90));
    double mass = 0, x_sum = 0, y_sum = 0;
    int left = 28, right = 0, top = 28, bottom = 0;
    for (int i = 0; i < 784; ++i) {
      const int x = i % 28, y = i / 28, value = output[static_cast<std::size_t>(i)];
      mass += value;
      x_sum += x * value;
      y_sum += y * value;
      if (value < 100) continue;
      left = std::min(left, x), right = std::max(right, x);
      top = std::min(top, y), bottom = std::max(bottom, y);
    }
    INFO("sample " << sample);
    CHECK(x_sum / mass == Approx(14).margin(0.15));
    CHECK(y_sum / mass == Approx(14).margin(0.15));
    CHECK(std::max(right - left, bottom - top) + 1 >= 19);
    CHECK(std::max(right - left, bottom - top) + 1 <= 21);
    CHECK(std::ranges::max(output) == 255);
  }
}

TEST_CASE("a digit is prepared to the same wherever it lies and however large it is") {
  for (std::uint32_t sample = 0; sample < 10; ++sample) {
    check_same(black_on_white(sample, 28, 1, 0, 0), sample);
    check_same(black_on_white(sample, 60, 2, 4, 0), sample);
    check_same(black_on_white(sample, 500, 4, 30, 350), sample);
    check_same(black_on_white(sample, 700, 20, 100, 80), sample);
  }
}

TEST_CASE("ink of any colour on paper of any colour is found, light on dark too") {
  struct Colours {
    std::array<std::uint8_t, 3> paper, ink;
  };
  for (const Colours& c : {Colours{{255, 255, 255}, {20, 40, 200}}, Colours{{250, 220, 120}, {60, 50, 60}},
                           Colours{{30, 30, 30}, {220, 40, 40}}, Colours{{255, 255, 255}, {40, 255, 90}}}) {
    for (std::uint32_t sample = 0; sample < 10; ++sample) {
      check_same(painted(sample, Canvas(200, 160, 3, 0), 5, 30, 10,
                         [&](std::uint8_t* p, int ink, auto, auto) {
                           for (std::size_t i = 0; i < 3; ++i)
                             p[i] =
                                 static_cast<std::uint8_t>((c.paper[i] * (255 - ink) + c.ink[i] * ink) / 255);
                         }),
                 sample);
    }
  }
}

TEST_CASE("shadows, faint pencil and noise of the paper do not matter") {
  for (std::uint32_t sample = 0; sample < 10; ++sample) {
    test::Dice dice(sample + 1);
    check_same(painted(sample, Canvas(240, 240, 1, 0), 6, 30, 30,
                       [&](std::uint8_t* p, int ink, std::uint32_t x, std::uint32_t y) {
                         const int paper =
                             230 - static_cast<int>(x + y) / 4;  // a shadow over the right corner
                         *p = static_cast<std::uint8_t>(paper - paper * ink / 255 * 45 / 100 +
                                                        static_cast<int>(dice.below(9)) - 4);
                       }),
               sample);
  }
}

TEST_CASE("frames, ruled lines and specks are left out") {
  for (std::uint32_t sample = 0; sample < 10; ++sample) {
    Canvas framed = black_on_white(sample, 200, 4, 44, 44);
    for (std::uint32_t i = 0; i < 200; ++i) {
      for (const std::uint32_t at : {6u, 7u, 190u, 191u}) framed.at(i, at) = framed.at(at, i) = 10;
    }
    framed.at(20, 30) = framed.at(160, 40) = framed.at(161, 40) = 0;
    check_same(framed, sample);

    Canvas ruled = black_on_white(sample, 200, 4, 44, 30);
    for (std::uint32_t i = 0; i < 200; ++i) ruled.at(i, 172 + i / 60) = ruled.at(i, 173 + i / 60) = 120;
    check_same(ruled, sample);
  }
}

TEST_CASE("a stroke that runs into a ruled line keeps its shape") {
  for (const std::uint32_t sample : {0u, 3u, 8u, 10u, 13u, 18u}) {
    Canvas ruled = black_on_white(sample, 160, 5, 10, 10);
    for (std::uint32_t i = 0; i < 160; ++i) ruled.at(i, 80) = ruled.at(i, 81) = 60;
    INFO("sample " << sample);
    CHECK(difference(prepared(ruled), plain(sample)) < 45);  // the line leaves notches
  }
}

TEST_CASE("transparent pictures stand on white, or on black if they are light") {
  for (std::uint32_t sample = 0; sample < 4; ++sample) {
    for (const std::uint8_t colour : std::array<std::uint8_t, 2>{0, 255}) {
      check_same(painted(sample, Canvas(112, 112, 4, colour), 4, 0, 0,
                         [](std::uint8_t* p, int ink, auto, auto) { p[3] = static_cast<std::uint8_t>(ink); }),
                 sample);
      check_same(painted(sample, Canvas(112, 112, 2, colour), 4, 0, 0,
                         [](std::uint8_t* p, int ink, auto, auto) { p[1] = static_cast<std::uint8_t>(ink); }),
                 sample);
    }
  }
}

TEST_CASE("a given polarity is believed") {
  const Canvas canvas = black_on_white(5, 140, 5, 0, 0);
  CHECK(prepared(canvas, {.ink = Ink::dark}) == prepared(canvas));
  CHECK(prepared(canvas, {.ink = Ink::light}) != prepared(canvas));
  Pixels output;
  CHECK(prepare_into(canvas.picture(), {}, output)->dark_ink);
}

TEST_CASE("the place of the digit is told in the picture's pixels") {
  Canvas canvas(400, 300, 1, 255);
  for (std::uint32_t y = 120; y < 220; ++y) {
    for (std::uint32_t x = 150; x < 170; ++x) canvas.at(x, y) = 0;
  }
  Pixels output;
  const auto found = prepare_into(canvas.picture(), {}, output);
  REQUIRE(found);
  CHECK(static_cast<int>(found->x) == Approx(150).margin(3));
  CHECK(static_cast<int>(found->y) == Approx(120).margin(3));
  CHECK(static_cast<int>(found->width) == Approx(20).margin(5));
  CHECK(static_cast<int>(found->height) == Approx(100).margin(5));
}

TEST_CASE("rows may lie apart, and what is between them is not read") {
  const Canvas canvas = black_on_white(7, 90, 3, 2, 2);
  std::vector<std::uint8_t> apart(90 * 131, 77);
  for (std::size_t y = 0; y < 90; ++y) std::copy_n(canvas.pixels.data() + y * 90, 90, apart.data() + y * 131);
  Pixels output;
  REQUIRE(prepare_into({apart.data(), 90, 90, 131, PixelFormat::grey}, {}, output));
  CHECK(output == prepared(canvas));
}

TEST_CASE("the working memory may start anywhere, and one byte less is refused with both numbers") {
  const Canvas canvas = black_on_white(2, 120, 4, 0, 0);
  std::vector<std::byte> memory(kPrepareBytes + 8, std::byte{0xee});
  for (std::size_t start = 0; start < 8; ++start) {
    Pixels output;
    const std::span bytes = std::span(memory).subspan(start, kPrepareBytes);
    REQUIRE(prepare(canvas.picture(), {}, kInput, bytes, output));
    CHECK(output == prepared(canvas));
  }
  Pixels output;
  const auto refused =
      prepare(canvas.picture(), {}, kInput, std::span(memory).first(kPrepareBytes - 1), output);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == Status::arena_too_small);
  CHECK(refused.error().needed == kPrepareBytes);
  CHECK(refused.error().given == kPrepareBytes - 1);
}

TEST_CASE("an empty picture is no digit, whatever its colour") {
  for (const std::size_t bytes : {1u, 2u, 3u, 4u}) {
    for (const std::uint8_t colour : std::array<std::uint8_t, 3>{0, 128, 255}) {
      Pixels output;
      const auto result = prepare_into(Canvas(50, 40, bytes, colour).picture(), {}, output);
      REQUIRE_FALSE(result);
      CHECK(result.error().status == Status::no_ink);
    }
  }
}

TEST_CASE("pictures of impossible sizes are refused before a pixel is read") {
  Pixels output;
  const auto status = [&](Picture picture) { return prepare_into(picture, {}, output).error().status; };
  CHECK(status({nullptr, 0, 10, 10, PixelFormat::grey}) == Status::bad_picture);
  CHECK(status({nullptr, 10, 0, 10, PixelFormat::grey}) == Status::bad_picture);
  CHECK(status({nullptr, 65'536, 1, 65'536, PixelFormat::grey}) == Status::bad_picture);
  CHECK(status({nullptr, 10, 10, 29, PixelFormat::rgb}) == Status::bad_picture);
  std::vector<std::byte> memory(kPrepareBytes);
  const Canvas canvas(8, 8, 1, 0);
  const auto size = prepare(canvas.picture(), {}, kInput, memory, std::span(output).first(783));
  CHECK(size.error().status == Status::wrong_size);
  CHECK(prepare(canvas.picture(), {}, {2, 14, 28}, memory, output).error().status ==
        Status::unsupported_preparation);
  CHECK(prepare(canvas.picture(), {.box = 0}, kInput, memory, output).error().status ==
        Status::unsupported_preparation);
}

TEST_CASE("recipes that no network has are refused") {
  const Canvas canvas = black_on_white(2, 120, 4, 0, 0);
  Pixels output;
  const auto status = [&](const Recipe& recipe) {
    const auto result = prepare_into(canvas.picture(), recipe, output);
    return result ? Status::ok : result.error().status;
  };
  CHECK(status({.box = kMostBox}) == Status::ok);
  CHECK(status({.row = 28, .column = 0}) == Status::ok);
  CHECK(status({.box = kMostBox + 1}) == Status::unsupported_preparation);
  CHECK(status({.box = 0xffffffff}) == Status::unsupported_preparation);
  for (const float place : {-1.0f, 29.0f, 1e30f, -1e30f, INFINITY, NAN}) {
    CHECK(status({.row = place}) == Status::unsupported_preparation);
    CHECK(status({.column = place}) == Status::unsupported_preparation);
  }
}

TEST_CASE("an input without a pixel is refused") {
  const Canvas canvas(8, 8, 1, 0);
  std::vector<std::byte> memory(kPrepareBytes);
  for (const bool crop : {true, false}) {
    const auto result = prepare(canvas.picture(), {.crop = crop, .row = 0}, {1, 0, 28}, memory, {});
    REQUIRE_FALSE(result);
    CHECK(result.error().status == Status::wrong_size);
  }
}

TEST_CASE("a large picture keeps its lightness at an input of one pixel") {
  const Canvas canvas(4200, 4200, 1, 250);  // their sum does not fit into 32 bits
  std::vector<std::byte> memory(kPrepareBytes);
  std::array<std::uint8_t, 1> output{};
  REQUIRE(prepare(canvas.picture(), {.ink = Ink::light, .crop = false}, {1, 1, 1}, memory, output));
  CHECK(output[0] == 250);
}

TEST_CASE("a picture is scaled to a long line from its first pixel to its last") {
  Canvas halves(100, 1, 1, 0);
  std::fill(halves.pixels.begin() + 50, halves.pixels.end(), std::uint8_t{255});
  std::vector<std::byte> memory(kPrepareBytes);
  constexpr Shape kLine{1, 1, 200'000};
  std::vector<std::uint8_t> output(kLine.count());
  REQUIRE(prepare(halves.picture(), {.ink = Ink::light, .crop = false}, kLine, memory, output));
  CHECK(output.front() == 0);
  CHECK(output.back() == 255);
}

TEST_CASE("pictures of any shape and of any contents are survived") {
  test::Dice dice(99);
  const std::array<std::array<std::uint32_t, 2>, 8> sizes{
      {{1, 1}, {2, 1}, {1, 2}, {3, 3}, {2000, 1}, {1, 2000}, {129, 2}, {127, 128}}};
  for (int round = 0; round < 40; ++round) {
    for (const auto& [width, height] : sizes) {
      Canvas canvas(width, height, 1 + dice.below(4), 0);
      const std::uint32_t levels = 1 + dice.below(255);  // two levels make thousands of blobs
      for (std::uint8_t& value : canvas.pixels)
        value = static_cast<std::uint8_t>(dice.below(levels + 1) * 255 / levels);
      Pixels output;
      const auto result = prepare_into(canvas.picture(), {}, output);
      CHECK((result || result.error().status == Status::no_ink));
    }
  }
  Canvas board(128, 128, 1, 0);  // the most blobs that there can be
  for (std::uint32_t i = 0; i < 128 * 128; ++i) board.pixels[i] = (i % 2 == 0 && i / 128 % 2 == 0) ? 255 : 0;
  Pixels output;
  const auto result = prepare_into(board.picture(), {}, output);
  CHECK((result || result.error().status == Status::no_ink));
}

TEST_CASE("without a crop the whole picture is scaled to the input, and one of its size stays as it is") {
  const Pixels pixels = digit(6);
  const Picture picture{pixels.data(), 28, 28, 28, PixelFormat::grey};
  Pixels output;
  REQUIRE(prepare_into(picture, {.ink = Ink::light, .crop = false}, output));
  CHECK(output == pixels);
  REQUIRE(prepare_into(picture, {.ink = Ink::dark, .crop = false}, output));
  CHECK(std::ranges::equal(output, pixels, [](int a, int b) { return a == 255 - b; }));

  Canvas halves(56, 56, 3, 0);
  for (std::uint32_t y = 0; y < 56; ++y) {
    for (std::uint32_t x = 28; x < 56; ++x) halves.at(x, y, 0) = 200;
  }
  REQUIRE(prepare_into(halves.picture(), {.ink = Ink::light, .crop = false}, output));
  CHECK(output[0] == 0);
  CHECK(output[27] == 60);  // 0.299 * 200

  std::vector<std::byte> memory(kPrepareBytes);
  std::vector<std::uint8_t> colours(3 * 28 * 28);
  REQUIRE(prepare(halves.picture(), {.ink = Ink::light, .crop = false}, {3, 28, 28}, memory, colours));
  CHECK(colours[27] == 200);
  CHECK(colours[784 + 27] == 0);
}

TEST_CASE("flat inputs stand for square pictures") {
  CHECK(picture_shape({784, 1, 1}) == Shape{1, 28, 28});
  CHECK(picture_shape({1, 1, 1}) == Shape{1, 1, 1});
  CHECK(picture_shape({785, 1, 1}) == Shape{785, 1, 1});
  CHECK(picture_shape({1, 32, 32}) == Shape{1, 32, 32});
  CHECK(digit_recipe({1, 28, 28}).box == 20);
  CHECK(digit_recipe({1, 56, 56}).box == 40);
  CHECK(digit_recipe({1, 56, 56}).row == 28);
}
