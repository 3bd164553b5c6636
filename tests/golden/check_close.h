// What the tests against PyTorch's values share: batches of two images, and how close is close.
#pragma once
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/golden/ops_cases.h"
#include "tests/reference/reference.h"

namespace lentil::golden {

using reference::View;

inline constexpr std::size_t kImages = 2;

template <class T>
void check_close(const std::vector<T>& ours, const Values& golden) {
  // The golden values have ten digits; float has seven, and sums of a few dozen terms.
  const double tolerance = sizeof(T) == sizeof(double) ? 1e-9 : 3e-6;
  REQUIRE(ours.size() == golden.size());
  for (std::size_t i = 0; i < golden.size(); ++i)
    CHECK(std::abs(static_cast<double>(ours[i]) - golden[i]) <= tolerance * (1 + std::abs(golden[i])));
}

// The results of body(image) one after the other.
template <class T, class Body>
std::vector<T> for_images(Body&& body) {
  std::vector<T> all;
  for (std::size_t b = 0; b < kImages; ++b)
    for (const T value : body(b)) all.push_back(value);
  return all;
}

template <class T>
View<T> image(const std::vector<T>& all, std::size_t b) {
  return View<T>(all).subspan(b * (all.size() / kImages), all.size() / kImages);
}

// The batch's images apart.
template <class T>
reference::Images<T> images_of(const std::vector<T>& all) {
  reference::Images<T> images;
  for (std::size_t b = 0; b < kImages; ++b) images.emplace_back(image(all, b).begin(), image(all, b).end());
  return images;
}

}  // namespace lentil::golden
