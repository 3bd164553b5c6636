#include "tools/train_history.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace lentil;
using namespace lentil::tools;

namespace {

TrainHistory history(std::uint32_t epochs, bool validated) {
  TrainHistory history;
  const formats::TestResult test{.correct = 90, .total = 100, .loss = 0.3};
  const std::optional<formats::TestResult> validation{{.correct = 80, .total = 100, .loss = 0.4}};
  for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
    for (std::uint32_t images = 10; images <= 5000; images += 10) {
      history.add_step({.epoch = epoch,
                        .images = images,
                        .images_per_epoch = 5000,
                        .batch = 10,
                        .loss = 1.0f / static_cast<float>(images),
                        .correct = 5});
    }
    history.add_test(test, validated ? validation : std::nullopt);
  }
  return history;
}

std::size_t said(const plot::Drawing& drawing, const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(drawing.shapes, [&](const plot::Shape& shape) {
    const auto* t = std::get_if<plot::Text>(&shape);
    return t != nullptr && t->text == text;
  }));
}

}  // namespace

TEST_CASE("curves have both fields, and validation only if there is one") {
  const plot::Drawing plain = history(2, false).curves("name");
  CHECK(said(plain, "name") == 1);
  CHECK(said(plain, "epoch") == 2);
  CHECK(said(plain, "loss") == 1);
  CHECK(said(plain, "accuracy (%)") == 1);
  CHECK(said(plain, "train") == 2);
  CHECK(said(plain, "test") == 2);
  CHECK(said(plain, "validation") == 0);
  CHECK(said(history(2, true).curves("name"), "validation") == 2);
  CHECK(said(plain, "1.5") == 0);  // epochs are whole
  CHECK(said(history(1, false).curves("name"), "0.4") >= 1);
}

TEST_CASE("long trainings are drawn with few points, their losses are all kept") {
  const TrainHistory long_one = history(6, false);
  CHECK(long_one.losses().size() == 3000);
  for (const plot::Shape& shape : long_one.curves("name").shapes) {
    if (const auto* line = std::get_if<plot::Line>(&shape)) CHECK(line->points.size() <= 150);
  }
}

TEST_CASE("a history without steps is empty and can be drawn") {
  const TrainHistory nothing;
  CHECK(nothing.empty());
  CHECK(nothing.losses().empty());
  CHECK(nothing.curves("nothing").width > 0);
}
