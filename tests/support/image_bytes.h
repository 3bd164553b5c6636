// Files of pictures in memory, and what every reader of them must bear.
#pragma once
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "formats/host/image.h"

namespace lentil::test {

using Bytes = std::vector<std::byte>;
using Pixels = std::vector<std::uint8_t>;

inline Bytes bytes_of(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

inline void append_little_endian(Bytes& bytes, std::uint32_t value, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

inline formats::Image decoded(const Bytes& bytes) {
  auto image = formats::decode_image(bytes, "picture");
  if (!image) throw std::runtime_error(image.error().message);
  return *image;
}

// The sentence that refuses these bytes; it must name the picture.
inline std::string refusal(const Bytes& bytes) {
  const auto image = formats::decode_image(bytes, "picture");
  REQUIRE_FALSE(image);
  CHECK_THAT(image.error().message, Catch::StartsWith("picture: "));
  return image.error().message;
}

// No shorter file is taken for the whole picture.
inline void check_every_truncation(const Bytes& bytes) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO("size " << size << " of " << bytes.size());
    refusal({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)});
  }
}

// Whatever bit is wrong: a picture whose sizes agree, or a failure. Returns how many flips were refused.
inline std::size_t check_every_flip(Bytes bytes) {
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto mask = std::byte{1} << (bit % 8);
    bytes[bit / 8] ^= mask;
    const auto image = formats::decode_image(bytes, "picture");
    bytes[bit / 8] ^= mask;
    if (!image) ++refused;
    const bool agrees =
        !image || image->pixels.size() == std::size_t{image->width} * image->height * image->channels;
    if (!agrees) FAIL("bit " << bit);
  }
  return refused;
}

}  // namespace lentil::test
