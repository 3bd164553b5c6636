#include "tests/support/image_bytes.h"

using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;

namespace {

struct BmpForm {
  std::uint32_t header_bytes = 40;
  std::int32_t width = 2, height = 2;
  std::uint32_t bits = 24, compression = 0;
  std::vector<std::uint32_t> masks{};    // of header_bytes 40 behind it, else inside
  std::vector<std::uint32_t> palette{};  // 0xRRGGBB
  std::vector<std::uint32_t> rows{};     // 32 bits after 32 bits, the first byte lowest
};

Bytes write_bmp(const BmpForm& form) {
  Bytes bytes;
  const auto put = [&](std::uint32_t value, int size) { append_little_endian(bytes, value, size); };
  const bool core = form.header_bytes == 12;
  const std::size_t behind = form.header_bytes == 40 ? 4 * form.masks.size() : 0;
  const std::size_t pixels_at = 14 + form.header_bytes + behind + (core ? 3 : 4) * form.palette.size();
  bytes = bytes_of("BM");
  put(static_cast<std::uint32_t>(pixels_at + 4 * form.rows.size()), 4);
  put(0, 4);
  put(static_cast<std::uint32_t>(pixels_at), 4);
  put(form.header_bytes, 4);
  put(static_cast<std::uint32_t>(form.width), core ? 2 : 4);
  put(static_cast<std::uint32_t>(form.height), core ? 2 : 4);
  put(1, 2);
  put(form.bits, 2);
  if (!core) {
    put(form.compression, 4);
    for (const std::uint32_t value : {0u, 0u, 0u, static_cast<std::uint32_t>(form.palette.size()), 0u})
      put(value, 4);
  }
  for (const std::uint32_t mask : form.masks) put(mask, 4);
  bytes.resize(std::max<std::size_t>(bytes.size(), 14 + form.header_bytes));
  for (const std::uint32_t entry : form.palette) put(entry, core ? 3 : 4);
  for (const std::uint32_t row : form.rows) put(row, 4);
  return bytes;
}

Pixels pixels(const BmpForm& form) { return decoded(write_bmp(form)).pixels; }

const BmpForm kColor{.rows = {0x00332211, 0x00000066, 0x00000000, 0x0000ffff}};

}  // namespace

TEST_CASE("bmp: 24 bits are read from the bottom up, or from the top down") {
  BmpForm form = kColor;  // 11 22 33 00 66 .. below, 00 00 00 00 ff ff .. above; blue first
  form.rows[1] = 0x00006655;
  const Image image = decoded(write_bmp(form));
  CHECK(image.channels == 3);
  CHECK(image.pixels == Pixels{0, 0, 0, 255, 255, 0, 0x33, 0x22, 0x11, 0x66, 0x55, 0});
  form.height = -2;
  CHECK(pixels(form) == Pixels{0x33, 0x22, 0x11, 0x66, 0x55, 0, 0, 0, 0, 255, 255, 0});
}

TEST_CASE("bmp: palettes of 1, 4 and 8 bits are read, also those of OS/2") {
  const BmpForm one{
      .width = 3, .height = 1, .bits = 1, .palette = {0x010203, 0xffeedd}, .rows = {0b10100000}};
  CHECK(pixels(one) == Pixels{0xff, 0xee, 0xdd, 1, 2, 3, 0xff, 0xee, 0xdd});
  const BmpForm four{.width = 3, .height = 1, .bits = 4, .palette = {7, 8, 9}, .rows = {0x0021}};
  CHECK_THAT(refusal(write_bmp({.width = 1, .height = 1, .bits = 4, .palette = {7, 8, 9}, .rows = {0x30}})),
             Contains("palette does not have"));
  CHECK(pixels(four) == Pixels{0, 0, 9, 0, 0, 8, 0, 0, 7});
  const BmpForm eight{.width = 2, .height = 1, .bits = 8, .palette = {0x050505, 0x060708}, .rows = {0x0001}};
  CHECK(pixels(eight) == Pixels{6, 7, 8, 5, 5, 5});
  const BmpForm core{.header_bytes = 12,
                     .width = 2,
                     .height = 1,
                     .bits = 1,
                     .palette = {0x111111, 0x222222},
                     .rows = {0x40}};
  CHECK(pixels(core) == Pixels{0x11, 0x11, 0x11, 0x22, 0x22, 0x22});
}

TEST_CASE("bmp: 16 and 32 bits are read, with masks and without") {
  CHECK(pixels({.width = 2, .height = 1, .bits = 16, .rows = {0x001f7c00}}) == Pixels{255, 0, 0, 0, 0, 255});
  CHECK(pixels({.width = 1,
                .height = 1,
                .bits = 16,
                .compression = 3,
                .masks = {0xf800, 0x07e0, 0x001f},
                .rows = {0x07e0}}) == Pixels{0, 255, 0});
  CHECK(pixels({.width = 1, .height = 1, .bits = 32, .rows = {0x99112233}}) == Pixels{0x11, 0x22, 0x33});
  const BmpForm alpha{.header_bytes = 56,
                      .width = 2,
                      .height = 1,
                      .bits = 32,
                      .compression = 3,
                      .masks = {0xff, 0xff00, 0xff0000, 0xff000000},
                      .rows = {0x80030201, 0}};
  CHECK(pixels(alpha) == Pixels{1, 2, 3, 0x80, 0, 0, 0, 0});
}

TEST_CASE("bmp: an alpha that is 0 everywhere means nothing") {
  const BmpForm form{.header_bytes = 124,
                     .width = 1,
                     .height = 1,
                     .bits = 32,
                     .compression = 3,
                     .masks = {0xff0000, 0xff00, 0xff, 0xff000000},
                     .rows = {0x00112233}};
  CHECK(pixels(form) == Pixels{0x11, 0x22, 0x33, 255});
}

TEST_CASE("bmp: what cannot be read is refused by name") {
  const auto refused = [](BmpForm form) {
    form.rows = {0, 0, 0, 0};
    return refusal(write_bmp(form));
  };
  CHECK_THAT(refused({.bits = 8, .compression = 1}), Contains("RLE") && Contains("PNG"));
  CHECK_THAT(refused({.bits = 4, .compression = 2}), Contains("RLE"));
  CHECK_THAT(refused({.compression = 5}), Contains("unknown way"));
  CHECK_THAT(refused({.header_bytes = 20}), Contains("header"));
  CHECK_THAT(refused({.bits = 2}), Contains("2 bits per pixel"));
  CHECK_THAT(refused({.bits = 24, .compression = 3, .masks = {1, 2, 4}}), Contains("where none belong"));
  CHECK_THAT(refused({.bits = 32, .compression = 3, .masks = {0, 2, 4}}), Contains("make no sense"));
  CHECK_THAT(refused({.bits = 32, .compression = 3, .masks = {5, 2, 8}}), Contains("make no sense"));
}

TEST_CASE("bmp: incomplete files are refused at every length, every wrong bit is a failure or a picture") {
  for (const BmpForm& form :
       {kColor, BmpForm{.width = 3, .height = 1, .bits = 1, .palette = {0x010203, 0xffeedd}, .rows = {0xa0}},
        BmpForm{.width = 1,
        .height = 1,
        .bits = 32,
        .compression = 3,
        .masks = {0xff, 0xff00, 0xff0000},
        .rows = {1}}}) {
    check_every_truncation(write_bmp(form));
    CHECK(check_every_flip(write_bmp(form)) > 0);
  }
}

TEST_CASE("bmp: absurd and empty sizes are refused before memory is allocated") {
  const auto sized = [](std::int32_t width, std::int32_t height) {
    return refusal(write_bmp({.width = width, .height = height, .rows = {0, 0}}));
  };
  CHECK_THAT(sized(65'535, 65'535), Contains("more than can be read"));
  CHECK_THAT(sized(0x7fffffff, 0x7fffffff), Contains("more than can be read"));
  CHECK_THAT(sized(1, -0x7fffffff - 1), Contains("1x2147483648"));
  CHECK_THAT(sized(-4, 4), Contains("negative width"));
  CHECK_THAT(sized(9000, 9000), Contains("incomplete: 243000054 bytes expected, 62 found"));
  CHECK_THAT(sized(0, 4), Contains("empty"));
  CHECK_THAT(sized(4, 0), Contains("empty"));
}
