#include "tools/plot/confusion_matrix.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "tools/plot/decimal.h"
#include "tools/plot/shades.h"

namespace lentil::plot {
namespace {

constexpr std::size_t kMostReadable = 40;  // classes
constexpr double kSmallCell = 6, kCellHeight = 26, kGap = 8;
constexpr double kSize = 11, kTitleSize = 13, kTop = 70, kMargin = 16;

class MatrixPainter {
 public:
  explicit MatrixPainter(const ConfusionMatrix& matrix)
      : matrix_(matrix), classes_(matrix.classes.size()), readable_(classes_ <= kMostReadable) {
    double widest = 0, label = 0;
    for (const std::uint32_t count : matrix.counts)
      widest = std::max(widest, text_width(std::to_string(count), kSize));
    for (const std::string& name : matrix.classes) label = std::max(label, text_width(name, kSize));
    cell_ = readable_ ? Point{std::ceil(std::max({widest, label, 24.0}) + 12), kCellHeight}
                      : Point{kSmallCell, kSmallCell};
    left_ = std::ceil(kMargin + 20 + (readable_ ? label * 1.15 + kGap : 0));
  }

  Drawing draw() {
    const double size = static_cast<double>(classes_);
    const double right = left_ + size * cell_.x, bottom = kTop + size * cell_.y;
    add(Text{{kMargin, 26}, matrix_.title, Anchor::start, kTitleSize});
    add(Text{{(left_ + right) / 2, readable_ ? 44 : kTop - 8}, "answer", Anchor::middle, kSize, Role::faint});
    add(Text{{kMargin + 8, (kTop + bottom) / 2}, "class", Anchor::middle, kSize, Role::faint, true});
    const double line = readable_ ? 1 : 2;  // a cell ends with a line of its own
    add(Box{{left_ - 1, kTop - 1}, right - left_ + line, bottom - kTop + line, Role::grid});
    for (std::size_t row = 0; row < classes_; ++row) draw_row(row);
    if (readable_) draw_labels(right);
    const double wide =
        std::max(right + (readable_ ? 52 : 0), text_width(matrix_.title, kTitleSize) * 1.15 + kMargin);
    return {.width = std::ceil(wide + kMargin),
            .height = bottom + kMargin,
            .title = matrix_.title,
            .shapes = std::move(shapes_)};
  }

 private:
  void add(Shape shape) { shapes_.push_back(std::move(shape)); }

  std::uint32_t count(std::size_t row, std::size_t column) const {
    return matrix_.counts[row * classes_ + column];
  }
  double total(std::size_t row) const {
    double sum = 0;
    for (std::size_t column = 0; column < classes_; ++column) sum += count(row, column);
    return sum;
  }
  std::uint32_t most_mistakes() const {
    std::uint32_t most = 1;
    for (std::size_t i = 0; i < classes_ * classes_; ++i) {
      if (i / classes_ != i % classes_) most = std::max(most, matrix_.counts[i]);
    }
    return most;
  }

  void draw_row(std::size_t row) {
    const double all = std::max(total(row), 1.0), mistakes = most_mistakes();
    for (std::size_t column = 0; column < classes_; ++column) {
      const std::uint32_t n = count(row, column);
      const bool right = row == column, nothing = n == 0 && !right;
      const Rgb color = right ? blues(0.15 + 0.85 * n / all) : oranges(0.2 + 0.8 * n / mistakes);
      const Point corner{left_ + static_cast<double>(column) * cell_.x,
                         kTop + static_cast<double>(row) * cell_.y};
      const double line = readable_ ? 1 : 0;  // between cells
      add(Box{corner, cell_.x - line, cell_.y - line, nothing ? Paint{Role::paper} : Paint{color}});
      if (!readable_ || nothing) continue;
      add(Text{{corner.x + (cell_.x - 1) / 2, corner.y + 17},
               std::to_string(n),
               Anchor::middle,
               kSize,
               text_on(color)});
    }
  }

  void draw_labels(double right) {
    add(Text{{right + 52, kTop - kGap}, "recall", Anchor::end, kSize, Role::faint});
    for (std::size_t i = 0; i < classes_; ++i) {
      const double place = static_cast<double>(i), y = kTop + place * cell_.y + 17;
      add(Text{{left_ + (place + 0.5) * cell_.x, kTop - kGap}, matrix_.classes[i], Anchor::middle, kSize});
      add(Text{{left_ - kGap, y}, matrix_.classes[i], Anchor::end, kSize});
      const double all = total(i);
      const std::string recall = all == 0 ? "-" : decimal(100 * count(i, i) / all, 1) + " %";
      add(Text{{right + 52, y}, recall, Anchor::end, kSize, Role::faint});
    }
  }

  const ConfusionMatrix& matrix_;
  std::size_t classes_;
  bool readable_;
  Point cell_;
  double left_ = 0;
  std::vector<Shape> shapes_;
};

}  // namespace

Drawing draw(const ConfusionMatrix& matrix) {
  assert(matrix.counts.size() == matrix.classes.size() * matrix.classes.size());
  return MatrixPainter(matrix).draw();
}

}  // namespace lentil::plot
