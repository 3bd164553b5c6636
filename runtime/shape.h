// Sizes of one image's tensor. The batch is never part of a shape: it is an argument.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lentil {

struct Shape {
  std::uint32_t channels = 1, height = 1, width = 1;

  // Elements; exact, since planning refuses shapes that reach 2^31.
  constexpr std::size_t count() const { return static_cast<std::size_t>(channels) * height * width; }
  constexpr std::size_t plane() const { return static_cast<std::size_t>(height) * width; }
  friend constexpr bool operator==(const Shape&, const Shape&) = default;
};

struct Extent {
  std::uint32_t height = 1, width = 1;
  friend constexpr bool operator==(const Extent&, const Extent&) = default;
};

struct Padding {
  std::uint32_t top = 0, left = 0, bottom = 0, right = 0;
  friend constexpr bool operator==(const Padding&, const Padding&) = default;
};

}  // namespace lentil
