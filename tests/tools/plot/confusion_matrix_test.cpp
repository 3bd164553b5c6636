#include "tools/plot/confusion_matrix.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/tools/plot/hash.h"
#include "tools/plot/shades.h"

using namespace lentil::plot;

namespace {

std::vector<std::string> texts(const Drawing& drawing) {
  std::vector<std::string> found;
  for (const Shape& shape : drawing.shapes) {
    if (const Text* text = std::get_if<Text>(&shape)) found.push_back(text->text);
  }
  return found;
}

const std::vector<std::uint32_t> kCounts{90, 10, 0, 2, 98, 0, 0, 0, 0};

Drawing example() { return draw(ConfusionMatrix{"title", {"cat", "dog", "cow"}, kCounts}); }

}  // namespace

TEST_CASE("counts, classes and recall are written; mistakes that were not made are empty") {
  const std::vector<std::string> found = texts(example());
  for (const char* text :
       {"title", "90", "10", "2", "98", "90.0 %", "98.0 %", "-", "cat", "dog", "cow", "recall"})
    CHECK(std::ranges::count(found, text) >= 1);
  CHECK(std::ranges::count(found, "0") == 1);  // right answers of the class without images
}

TEST_CASE("the most frequent mistake is the deepest orange") {
  const Drawing drawing = example();
  const auto boxes = std::ranges::count_if(drawing.shapes, [](const Shape& shape) {
    const Box* box = std::get_if<Box>(&shape);
    return box != nullptr && box->paint == Paint{oranges(1)};
  });
  CHECK(boxes == 1);
}

TEST_CASE("many classes are drawn small and without numbers") {
  const std::vector<std::uint32_t> counts(std::size_t{256} * 256, 1);
  const Drawing drawing = draw(ConfusionMatrix{"many", std::vector<std::string>(256, "name"), counts});
  CHECK(texts(drawing).size() == 3);
  CHECK(drawing.width < 2000);
  CHECK(fits_raster(drawing));
}

TEST_CASE("the same matrix gives the same bytes everywhere") {
  CHECK(lentil::test::text_hash(example()) == 0xa93f8b4e3d719cc6);
  CHECK(lentil::test::image_hash(example()) == 0xfae152dcca3dc3ed);
}
