// Which classes are taken for which.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tools/plot/drawing.h"

namespace lentil::plot {

struct ConfusionMatrix {
  std::string title;
  std::vector<std::string> classes;
  std::span<const std::uint32_t> counts;  // [true class][answer]
};

// Right answers are blue, by their share of the class; mistakes orange, by their share of the most frequent
// one: a few among thousands are seen. With numbers in the cells and the recall of each class, unless there
// are more classes than anybody reads.
Drawing draw(const ConfusionMatrix& matrix);

}  // namespace lentil::plot
