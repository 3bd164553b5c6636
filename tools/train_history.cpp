#include "tools/train_history.h"

#include <algorithm>

#include "tools/plot/chart.h"

namespace lentil::tools {
namespace {

using plot::Marks, plot::Role, plot::Series;

constexpr std::size_t kMostPoints = 150;  // of a curve: more only make it rough

// Points of a curve: value(item) over the epochs, means of neighbours if there are many.
template <class Item, class Value>
std::vector<plot::Point> points_of(const std::vector<Item>& items, Value value) {
  std::vector<plot::Point> points;
  const std::size_t count = std::min(kMostPoints, items.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = items.size() * i / count, end = items.size() * (i + 1) / count;
    plot::Point sum;
    for (std::size_t k = begin; k < end; ++k) sum = {sum.x + items[k].epochs, sum.y + value(items[k])};
    const auto of = static_cast<double>(end - begin);
    points.push_back({sum.x / of, sum.y / of});
  }
  return points;
}

plot::Chart chart(const std::string& label) {
  return {.title = {}, .x = {.label = "epoch", .from_zero = true}, .y = {.label = label}, .series = {}};
}

}  // namespace

void TrainHistory::add_step(const formats::FitProgress& p) {
  const double part = static_cast<double>(p.images) / p.images_per_epoch;
  steps_.push_back({p.epoch + part, p.loss, static_cast<float>(p.correct) / static_cast<float>(p.batch)});
}

void TrainHistory::add_test(const formats::TestResult& test,
                            const std::optional<formats::TestResult>& validation) {
  const double epochs = steps_.empty() ? 0 : steps_.back().epochs;
  tests_.push_back({epochs, test.loss, test.accuracy()});
  if (validation) validations_.push_back({epochs, validation->loss, validation->accuracy()});
}

std::vector<float> TrainHistory::losses() const {
  std::vector<float> losses;
  for (const Step& step : steps_) losses.push_back(step.loss);
  return losses;
}

plot::Drawing TrainHistory::curves(const std::string& title) const {
  const auto loss = [](const auto& item) { return double{item.loss}; };
  const auto percent = [](const auto& item) { return 100.0 * item.accuracy; };
  const auto add = [&](plot::Chart& chart, auto value) {
    chart.series.push_back({"train", points_of(steps_, value), Marks::line, Role::blue});
    if (!validations_.empty())
      chart.series.push_back(
          {"validation", points_of(validations_, value), Marks::line_and_discs, Role::green});
    chart.series.push_back({"test", points_of(tests_, value), Marks::line_and_discs, Role::orange});
  };
  plot::Chart losses = chart("loss"), accuracies = chart("accuracy (%)");
  losses.y.from_zero = true;
  losses.x.whole = accuracies.x.whole = !steps_.empty() && steps_.back().epochs >= 2;
  add(losses, loss);
  add(accuracies, percent);
  return plot::beside({plot::draw(losses), plot::draw(accuracies)}, title);
}

}  // namespace lentil::tools
