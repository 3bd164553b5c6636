#include "formats/host/synth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "formats/host/synth_shapes.h"
#include "kernels/philox.h"

namespace lentil::formats {
namespace {

constexpr std::size_t kPiecesPerBend = 6;  // straight pieces of one quadratic curve
constexpr std::size_t kMostPieces = kMostStrokes * 2 * kMostStrokePoints * kPiecesPerBend;

// Consecutive random numbers of one picture.
class Dice {
 public:
  Dice(std::uint64_t seed, SynthPart part, std::uint32_t sample)
      : key_{.seed = seed,
             .use = kernels::RandomUse::synth,
             .layer = static_cast<std::uint32_t>(part),
             .step = sample} {}

  std::uint32_t below(std::uint32_t limit) {
    return static_cast<std::uint32_t>(std::uint64_t{kernels::random_bits(key_, next_++)} * limit >> 32);
  }
  double uniform(double low, double high) {
    return low + (high - low) * double{kernels::random_uniform(key_, next_++)};
  }
  // Bell-shaped around 0 with the standard deviation given: the sum of three uniforms.
  double bell(double deviation) {
    double sum = 0;
    for (int i = 0; i < 3; ++i) sum += uniform(-1, 1);
    return sum * deviation;
  }

 private:
  kernels::RandomKey key_;
  std::uint32_t next_ = 0;
};

struct Point {
  double x = 0, y = 0;
};
Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(Point a, double factor) { return {a.x * factor, a.y * factor}; }
double dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
double length(Point a) { return std::sqrt(dot(a, a)); }
Point middle(Point a, Point b) { return (a + b) * 0.5; }

struct Piece {
  Point from, to;
};

// A picture's strokes as straight pieces.
class Drawing {
 public:
  std::span<Piece> pieces() { return std::span(pieces_).first(count_); }

  void add_bend(Point from, Point control, Point to) {
    Point last = from;
    for (std::size_t i = 1; i <= kPiecesPerBend; ++i) {
      const double t = static_cast<double>(i) / kPiecesPerBend;
      const Point next = from * ((1 - t) * (1 - t)) + control * (2 * t * (1 - t)) + to * (t * t);
      pieces_[count_++] = {last, next};
      last = next;
    }
  }

 private:
  std::array<Piece, kMostPieces> pieces_;
  std::size_t count_ = 0;
};

// One stroke with an unsteady hand; the ends stray most.
void add_stroke(Drawing& drawing, std::span<const PenPoint> stroke, double unsteady, Dice& dice) {
  std::array<Point, kMostStrokePoints> points;
  const std::size_t last = stroke.size() - 1;
  for (std::size_t i = 0; i <= last; ++i) {
    const double deviation = i == 0 || i == last ? 1.4 * unsteady : unsteady;
    points[i] = {stroke[i].x + dice.bell(deviation), stroke[i].y + dice.bell(deviation)};
  }
  Point from = points[0];
  for (std::size_t i = 1; i < last; ++i) {
    // A corner is both control and end, and the next curve starts in it.
    const Point control = points[i];
    const Point to = i + 1 == last ? points[last] : middle(control, points[i + 1]);
    if (stroke[i].corner) {
      drawing.add_bend(from, middle(from, control), control);
      drawing.add_bend(control, middle(control, to), to);
    } else {
      drawing.add_bend(from, control, to);
    }
    from = to;
  }
}

const Glyph& choose_glyph(std::uint32_t digit, Dice& dice) {
  const auto glyphs = glyphs_of(digit);
  std::uint32_t total = 0;
  for (const Glyph& glyph : glyphs) total += glyph.weight;
  std::uint32_t ticket = dice.below(total);
  for (const Glyph& glyph : glyphs) {
    if (ticket < glyph.weight) return glyph;
    ticket -= glyph.weight;
  }
  return glyphs.back();
}

// A writer's hand: bow, width, slant and rotation, in this order.
class Hand {
 public:
  explicit Hand(Dice& dice) {
    bow_ = {dice.bell(0.055), dice.bell(0.06)};
    width_ = dice.uniform(0.8, 1.6);
    slant_ = dice.uniform(-0.12, 0.6);
    // Sine and cosine from the tangent of half the angle: a rational point on the circle, no library call.
    const double t = dice.bell(0.055);
    cosine_ = (1 - t * t) / (1 + t * t);
    sine_ = 2 * t / (1 + t * t);
  }

  Point operator()(Point p) const {
    const double x = p.x - 0.3, y = p.y - 0.5;
    const Point bowed{(x + bow_.x * (4 * y * y - 1)) * width_, y + bow_.y * (4 * x * x - 1)};
    const double slanted = bowed.x - slant_ * bowed.y;
    return {cosine_ * slanted - sine_ * bowed.y, sine_ * slanted + cosine_ * bowed.y};
  }

 private:
  Point bow_;
  double width_ = 1, slant_ = 0, cosine_ = 1, sine_ = 0;
};

// Scales the drawing so that its longer side, ink included, is `box` pixels, and puts the centre of its
// ink at `centre`.
void fit_into_box(std::span<Piece> pieces, double box, double radius, Point centre) {
  Point low = pieces[0].from, high = low, sum;
  double ink = 0;
  for (const Piece& piece : pieces) {
    for (const Point p : {piece.from, piece.to}) {
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
    const double amount = length(piece.to - piece.from);
    sum = sum + middle(piece.from, piece.to) * amount;
    ink += amount;
  }
  const double longest = std::max(high.x - low.x, high.y - low.y);
  const double scale = (box - 2 * radius) / longest;
  const Point shift = centre - sum * (scale / ink);
  for (Piece& piece : pieces) piece = {piece.from * scale + shift, piece.to * scale + shift};
}

using Distances = std::array<double, kSynthPixels>;

std::uint32_t to_pixel(double x) {
  return static_cast<std::uint32_t>(std::clamp(x, 0.0, double{kSynthSide - 1}));
}

// Lowers the squared distances of the pixels near one piece.
void mark(const Piece& piece, double reach, Distances& squared) {
  const Point along = piece.to - piece.from;
  const double inverse = 1 / std::max(dot(along, along), 1e-12);
  const std::uint32_t left = to_pixel(std::min(piece.from.x, piece.to.x) - reach);
  const std::uint32_t right = to_pixel(std::max(piece.from.x, piece.to.x) + reach + 1);
  const std::uint32_t top = to_pixel(std::min(piece.from.y, piece.to.y) - reach);
  const std::uint32_t bottom = to_pixel(std::max(piece.from.y, piece.to.y) + reach + 1);
  for (std::uint32_t y = top; y <= bottom; ++y) {
    for (std::uint32_t x = left; x <= right; ++x) {
      const Point p = Point{double(x), double(y)} - piece.from;
      const double t = std::clamp(dot(p, along) * inverse, 0.0, 1.0);
      const Point away = p - along * t;
      double& least = squared[std::size_t{y} * kSynthSide + x];
      least = std::min(least, dot(away, away));
    }
  }
}

struct Pen {
  double radius = 1;    // pixels
  double softness = 1;  // pixels from full ink to none
  double ink = 255;
};

void render(std::span<const Piece> pieces, const Pen& pen, std::span<std::uint8_t, kSynthPixels> pixels) {
  const double reach = pen.radius + pen.softness / 2;
  Distances squared;
  squared.fill(reach * reach);
  for (const Piece& piece : pieces) mark(piece, reach, squared);
  for (std::size_t i = 0; i < kSynthPixels; ++i) {
    const double cover = (reach - std::sqrt(squared[i])) / pen.softness;
    pixels[i] =
        static_cast<std::uint8_t>(std::lround(std::min(pen.ink * std::clamp(cover, 0.0, 1.0), 255.0)));
  }
}

}  // namespace

void draw_digit(std::uint64_t seed, SynthPart part, std::uint32_t sample,
                std::span<std::uint8_t, kSynthPixels> pixels) {
  Dice dice(seed, part, sample);
  const Glyph& glyph = choose_glyph(sample % kDigitClasses, dice);
  const double unsteady = dice.uniform(0.012, 0.04);
  Drawing drawing;
  for (const auto stroke : glyph.strokes) add_stroke(drawing, stroke, unsteady, dice);
  const Hand hand(dice);
  for (Piece& piece : drawing.pieces()) piece = {hand(piece.from), hand(piece.to)};

  const Pen pen{dice.uniform(0.7, 1.65), dice.uniform(1.0, 1.6), dice.uniform(235, 290)};
  const double box = dice.uniform(18.5, 20.5);
  constexpr double kMiddle = kSynthSide / 2.0;
  const Point centre{kMiddle + dice.bell(0.35), kMiddle + dice.bell(0.35)};
  fit_into_box(drawing.pieces(), box, pen.radius, centre);
  render(drawing.pieces(), pen, pixels);
}

Dataset synth_dataset(std::uint32_t images, std::uint64_t seed, SynthPart part) {
  Dataset data{.height = kSynthSide, .width = kSynthSide, .classes = kDigitClasses};
  data.pixels.resize(images * kSynthPixels);
  data.labels.resize(images);
  for (std::uint32_t i = 0; i < images; ++i) {
    draw_digit(seed, part, i, std::span(data.pixels).subspan(i * kSynthPixels).first<kSynthPixels>());
    data.labels[i] = static_cast<std::uint8_t>(i % kDigitClasses);
  }
  return data;
}

DataSplit synth_split(std::uint32_t train_images, std::uint32_t test_images, std::uint64_t seed) {
  DataSplit split{synth_dataset(train_images, seed, SynthPart::train),
                  synth_dataset(test_images, seed, SynthPart::test)};
  split.train.name = split.test.name = "synth:" + std::to_string(train_images) + "," +
                                       std::to_string(test_images) + "," + std::to_string(seed);
  return split;
}

}  // namespace lentil::formats
