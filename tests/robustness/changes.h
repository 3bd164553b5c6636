// MNIST's digits as other pictures would show them: elsewhere, larger or smaller, leaning, on paper.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "formats/host/image.h"

namespace lentil::test {

struct Change {
  std::string name;
  std::uint32_t side = 28;                 // of the canvas, pixels
  double shift = 0;                        // most, pixels in each direction
  double least_scale = 1, most_scale = 1;  // of the digit
  double slant = 0;                        // most, degrees either way
  bool paper = false;                      // black ink on white
  bool shadow = false;                     // pencil on grey paper that darkens to one corner, with noise
};

// The rows of docs/robustness.md.
std::span<const Change> changes();

// `pixels`: 28x28, white on black. How far everything goes depends on `sample` alone.
formats::Image changed(const Change& change, std::span<const std::uint8_t> pixels, std::uint32_t sample);

}  // namespace lentil::test
