#include "formats/host/image_decoders.h"
#include "tests/support/image_bytes.h"

using namespace lentil::formats;
using namespace lentil::test;

namespace {

// A directory with the orientation behind another entry.
Pixels exif(bool big_endian, std::uint16_t orientation) {
  Pixels bytes{'E', 'x', 'i', 'f', 0, 0};
  const auto put = [&](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) {
      bytes.push_back(static_cast<std::uint8_t>(value >> (8 * (big_endian ? size - 1 - i : i))));
    }
  };
  bytes.insert(bytes.end(), 2, big_endian ? 'M' : 'I');
  put(42, 2);
  put(10, 4);  // the directory's place
  put(0, 2);
  put(2, 2);  // entries
  for (const std::uint32_t value : {0x0110u, 2u}) put(value, 2);
  put(4, 4);
  put(0, 4);
  for (const std::uint32_t value : {0x0112u, 3u}) put(value, 2);
  put(1, 4);
  put(orientation, 2);
  put(0, 2);
  return bytes;
}

}  // namespace

TEST_CASE("exif_orientation reads both byte orders") {
  for (const bool big_endian : {false, true}) {
    for (std::uint16_t o = 1; o <= 8; ++o) CHECK(exif_orientation(exif(big_endian, o)) == o);
    CHECK(exif_orientation(exif(big_endian, 0)) == 1);
    CHECK(exif_orientation(exif(big_endian, 9)) == 1);
  }
}

TEST_CASE("exif_orientation takes what is cut or damaged for upright, or for another orientation") {
  const Pixels good = exif(true, 6);
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK(exif_orientation({good.data(), size}) == 1);
  }
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    Pixels bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const std::uint32_t orientation = exif_orientation(bad);
    CHECK((orientation >= 1 && orientation <= 8));
  }
  CHECK(exif_orientation(Pixels(40, 0xff)) == 1);
}

TEST_CASE("upright turns and mirrors every pixel") {
  const Image image{.width = 3, .height = 2, .channels = 1, .pixels = {1, 2, 3, 4, 5, 6}};
  const std::vector<Pixels> expected{{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1},
                                     {4, 5, 6, 1, 2, 3}, {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3},
                                     {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
  for (std::uint32_t o = 1; o <= 8; ++o) {
    INFO("orientation " << o);
    const Image turned = upright(image, o);
    CHECK(turned.width == (o < 5 ? 3 : 2));
    CHECK(turned.height == (o < 5 ? 2 : 3));
    CHECK(turned.pixels == expected[o - 1]);
  }
  const Image color{.width = 2, .height = 1, .channels = 3, .pixels = {1, 2, 3, 4, 5, 6}};
  CHECK(upright(color, 2).pixels == Pixels{4, 5, 6, 1, 2, 3});
}
