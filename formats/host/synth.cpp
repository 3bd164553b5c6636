#include "formats/host/synth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "formats/host/random_stream.h"
#include "formats/host/synth_shapes.h"

namespace lentil::formats {
namespace {

constexpr std::size_t kPiecesPerBend = 6;  // straight pieces of one quadratic curve
constexpr std::size_t kMostPieces = kMostStrokes * 2 * kMostStrokePoints * kPiecesPerBend;

struct Point {
  double x = 0, y = 0;
};
Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(Point a, double factor) { return {a.x * factor, a.y * factor}; }
double dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
double length(Point a) { return std::sqrt(dot(a, a)); }
Point middle(Point a, Point b) { return (a + b) * 0.5; }

// A straight piece of a stroke, with the pen's width at both ends in shares of its radius.
struct Piece {
  Point from, to;
  double width_from = 1, width_to = 1;
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
      pieces_[count_++] = {.from = last, .to = next};
      last = next;
    }
  }

 private:
  std::array<Piece, kMostPieces> pieces_;
  std::size_t count_ = 0;
};

// How steady a hand is, in heights of a digit.
struct Steadiness {
  double points;   // by which the points of a stroke stray; its ends stray more
  double strokes;  // by which whole strokes are out of place
  double tremor;   // by which the line between the points trembles
  double reach;    // by which ends overshoot or fall short
};

// A stroke's points as this hand sets them.
std::array<Point, kMostStrokePoints> set_points(std::span<const PenPoint> stroke, const Steadiness& steady,
                                                RandomStream& dice) {
  std::array<Point, kMostStrokePoints> points;
  const std::size_t last = stroke.size() - 1;
  const Point place{dice.bell(steady.strokes), dice.bell(steady.strokes)};
  for (std::size_t i = 0; i <= last; ++i) {
    const double deviation = i == 0 || i == last ? 1.4 * steady.points : steady.points;
    points[i] = place + Point{stroke[i].x + dice.bell(deviation), stroke[i].y + dice.bell(deviation)};
  }
  const auto stretch = [&](Point& end, Point before) {
    const Point along = end - before;
    end = end + along * (dice.bell(steady.reach) / std::max(length(along), 0.1));
  };
  stretch(points[0], points[1]);
  stretch(points[last], points[last - 1]);
  return points;
}

void add_stroke(Drawing& drawing, std::span<const PenPoint> stroke, const Steadiness& steady,
                RandomStream& dice) {
  const auto points = set_points(stroke, steady, dice);
  const std::size_t last = stroke.size() - 1, first_piece = drawing.pieces().size();
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
  const auto pieces = drawing.pieces().subspan(first_piece);
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const Point astray{dice.bell(steady.tremor), dice.bell(steady.tremor)};
    pieces[i].from = pieces[i - 1].to = pieces[i].from + astray;
  }
}

// The pen's pressure wanders along a stroke: widths between knots that are `unevenness` apart from 1.
void press(std::span<Piece> pieces, double unevenness, RandomStream& dice) {
  const auto width = [&] { return std::clamp(1 + dice.bell(unevenness), 0.45, 1.7); };
  constexpr std::size_t kPiecesPerKnot = 8;
  double from = width(), to = width();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::size_t step = i % kPiecesPerKnot;
    if (i > 0 && step == 0) {
      from = to;
      to = width();
    }
    const auto at = [&](std::size_t k) {
      return from + (to - from) * static_cast<double>(k) / kPiecesPerKnot;
    };
    pieces[i].width_from = at(step);
    pieces[i].width_to = at(step + 1);
  }
}

const Glyph& choose_glyph(std::span<const Glyph> glyphs, RandomStream& dice) {
  std::uint32_t total = 0;
  for (const Glyph& glyph : glyphs) total += glyph.weight;
  std::uint32_t ticket = dice.below(total);
  for (const Glyph& glyph : glyphs) {
    if (ticket < glyph.weight) return glyph;
    ticket -= glyph.weight;
  }
  return glyphs.back();
}

// A writer's hand: what it does to all strokes of a digit.
class Hand {
 public:
  Hand(const DigitShapes& shapes, RandomStream& dice) {
    bow_ = {dice.bell(0.06), dice.bell(0.06)};
    belly_ = std::clamp(dice.bell(0.1), -0.2, 0.2);
    taper_ = dice.bell(0.12);
    lean_ = dice.bell(0.06);
    wave_ = dice.bell(0.15);
    width_ = dice.uniform(shapes.narrowest, shapes.widest);
    slant_ = dice.below(5) == 0 ? dice.uniform(-0.6, 0.7) : dice.uniform(-0.2, 0.6);
    // Sine and cosine from the tangent of half the angle: a rational point on the circle, no library call.
    const double t = dice.bell(0.055);
    cosine_ = (1 - t * t) / (1 + t * t);
    sine_ = 2 * t / (1 + t * t);
  }

  // Bow and wave, small or large lower half, taper, width, then slant and rotation.
  Point operator()(Point p) const {
    const double x = p.x - 0.3, y = p.y - 0.5;
    const double end = 4 * y * y - 1;
    const double wide = (x + (bow_.x + wave_ * y) * end) * (1 + 2 * taper_ * y) * width_;
    const double high = y + belly_ * end + bow_.y * (4 * x * x - 1) + lean_ * 2 * x * y;
    const double slanted = wide - slant_ * high;
    return {cosine_ * slanted - sine_ * high, sine_ * slanted + cosine_ * high};
  }

 private:
  Point bow_;
  double wave_ = 0, belly_ = 0, taper_ = 0, lean_ = 0, width_ = 1, slant_ = 0, cosine_ = 1, sine_ = 0;
};

struct Pen {
  double radius = 1;    // pixels
  double softness = 1;  // pixels from full ink to none
  double ink = 255;
  // A flat nib is this much narrower along the direction, a unit vector.
  double flatness = 1;
  Point direction{1, 0};

  // Distances in the plane where the nib is round.
  Point rounded(Point p) const { return p + direction * (dot(p, direction) * (flatness - 1)); }
};

// Scales the drawing so that its longer side, ink included, is `box` pixels, and puts the centre of its
// ink at `centre`. Takes a thinner pen where this one would fill the loops.
void fit_into_box(std::span<Piece> pieces, double box, Pen& pen, Point centre) {
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
  // About a fifth of the width in pixels. A mere bar has no loops.
  const double width = (high.x - low.x) / longest;
  if (width > 0.2) pen.radius = std::min(pen.radius, std::max(0.7, 3.6 * width));
  const double scale = (box - 2 * pen.radius) / longest;
  const Point shift = centre - sum * (scale / ink);
  for (Piece& piece : pieces) {
    piece.from = piece.from * scale + shift;
    piece.to = piece.to * scale + shift;
  }
}

using Depths = std::array<double, kSynthPixels>;  // pixels inside the ink's soft rim; 0: outside

std::uint32_t to_pixel(double x) {
  return static_cast<std::uint32_t>(std::clamp(x, 0.0, double{kSynthSide - 1}));
}

// Marks how far inside the ink the pixels near one piece are.
void mark(const Piece& piece, const Pen& pen, Depths& depths) {
  const double half_soft = pen.softness / 2, widest = std::max(piece.width_from, piece.width_to);
  const double reach = pen.radius * widest + half_soft;
  const Point start = pen.rounded(piece.from), along = pen.rounded(piece.to) - start;
  const double inverse = 1 / std::max(dot(along, along), 1e-12);
  const double thin = pen.radius * piece.width_from + half_soft;
  const double growth = pen.radius * (piece.width_to - piece.width_from);
  const std::uint32_t left = to_pixel(std::min(piece.from.x, piece.to.x) - reach);
  const std::uint32_t right = to_pixel(std::max(piece.from.x, piece.to.x) + reach + 1);
  const std::uint32_t top = to_pixel(std::min(piece.from.y, piece.to.y) - reach);
  const std::uint32_t bottom = to_pixel(std::max(piece.from.y, piece.to.y) + reach + 1);
  for (std::uint32_t y = top; y <= bottom; ++y) {
    for (std::uint32_t x = left; x <= right; ++x) {
      const Point p = pen.rounded({double(x), double(y)}) - start;
      const double t = std::clamp(dot(p, along) * inverse, 0.0, 1.0);
      double& depth = depths[std::size_t{y} * kSynthSide + x];
      depth = std::max(depth, thin + growth * t - length(p - along * t));
    }
  }
}

void render(std::span<const Piece> pieces, const Pen& pen, std::span<std::uint8_t, kSynthPixels> pixels) {
  Depths depths{};
  for (const Piece& piece : pieces) mark(piece, pen, depths);
  for (std::size_t i = 0; i < kSynthPixels; ++i) {
    const double cover = std::min(depths[i] / pen.softness, 1.0);
    pixels[i] = static_cast<std::uint8_t>(std::lround(std::min(pen.ink * cover, 255.0)));
  }
}

Pen choose_pen(RandomStream& dice) {
  Pen pen;
  // Mostly ball pens and fibre pens, some hairlines and markers.
  const std::uint32_t kind = dice.below(10);
  pen.radius = kind == 0   ? dice.uniform(0.35, 0.8)
               : kind <= 2 ? dice.uniform(1.5, 2.1)
                           : dice.uniform(0.7, 1.7);
  pen.softness = std::min(dice.uniform(0.9, 1.9), pen.radius + 0.8);  // hairlines stay visible
  pen.ink = dice.uniform(215, 300);
  if (dice.below(4) == 0) pen.flatness = dice.uniform(1, 1.6);
  const double t = dice.uniform(-1, 1);
  pen.direction = {(1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)};
  return pen;
}

Steadiness choose_steadiness(RandomStream& dice) {
  return {.points = dice.uniform(0.008, 0.042),
          .strokes = dice.uniform(0, 0.04),
          .tremor = std::max(dice.uniform(-0.012, 0.012), 0.0),
          .reach = dice.uniform(0, 0.09)};
}

}  // namespace

void draw_digit(std::uint64_t seed, SynthPart part, std::uint32_t sample,
                std::span<std::uint8_t, kSynthPixels> pixels) {
  RandomStream dice({.seed = seed,
                     .use = kernels::RandomUse::synth,
                     .layer = static_cast<std::uint32_t>(part),
                     .step = sample});
  const DigitShapes& shapes = shapes_of(sample % kDigitClasses);
  const Glyph& glyph = choose_glyph(shapes.glyphs, dice);
  const Steadiness steady = choose_steadiness(dice);
  Drawing drawing;
  for (const auto stroke : glyph.strokes) add_stroke(drawing, stroke, steady, dice);
  const Hand hand(shapes, dice);
  for (Piece& piece : drawing.pieces()) {
    piece.from = hand(piece.from);
    piece.to = hand(piece.to);
  }
  press(drawing.pieces(), dice.uniform(0, 0.14), dice);

  Pen pen = choose_pen(dice);
  const double box = dice.uniform(18.5, 20.5);
  constexpr double kMiddle = kSynthSide / 2.0;
  const Point centre{kMiddle + dice.bell(0.35), kMiddle + dice.bell(0.35)};
  fit_into_box(drawing.pieces(), box, pen, centre);
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
