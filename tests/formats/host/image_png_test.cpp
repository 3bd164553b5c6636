#include <png.h>

#include "formats/crc32.h"
#include "tests/support/image_bytes.h"
#include "tests/support/temporary_folder.h"

using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;

namespace {

struct PngForm {
  std::uint32_t width = 0, height = 0;
  int bits = 8, color = PNG_COLOR_TYPE_GRAY;
  bool interlaced = false;
  std::vector<png_color> palette{};
  Pixels palette_alpha{};
  std::optional<std::uint16_t> transparent_grey{};
};

// `rows`: as the file packs them.
Bytes write_png(const PngForm& form, const std::vector<Pixels>& rows) {
  Bytes bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &bytes,
      [](png_structp p, png_bytep data, std::size_t size) {
        auto& to = *static_cast<Bytes*>(png_get_io_ptr(p));
        const auto* from = reinterpret_cast<const std::byte*>(data);
        to.insert(to.end(), from, from + size);
      },
      nullptr);
  png_set_IHDR(png, info, form.width, form.height, form.bits, form.color,
               form.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (!form.palette.empty())
    png_set_PLTE(png, info, form.palette.data(), static_cast<int>(form.palette.size()));
  if (!form.palette_alpha.empty()) {
    png_set_tRNS(png, info, form.palette_alpha.data(), static_cast<int>(form.palette_alpha.size()), nullptr);
  }
  if (form.transparent_grey) {
    png_color_16 shade{};
    shade.gray = *form.transparent_grey;
    png_set_tRNS(png, info, nullptr, 0, &shade);
  }
  png_write_info(png, info);
  const int passes = png_set_interlace_handling(png);
  for (int pass = 0; pass < passes; ++pass) {
    for (const Pixels& row : rows) png_write_row(png, row.data());
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

Image some_image(std::uint32_t width, std::uint32_t height, std::uint32_t channels) {
  Image image{.width = width, .height = height, .channels = channels};
  for (std::uint32_t i = 0; i < width * height * channels; ++i) {
    image.pixels.push_back(static_cast<std::uint8_t>(i * 37 + 11));
  }
  return image;
}

// An otherwise right file that claims this size; the checksum of its header is made anew.
Bytes claiming(std::uint32_t width, std::uint32_t height) {
  Bytes bytes = encode_png(some_image(3, 2, 1));
  const auto put = [&](std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::byte>(value >> (24 - 8 * i));
  };
  put(16, width);
  put(20, height);
  put(29, crc32(std::span(bytes).subspan(12, 17)));
  return bytes;
}

}  // namespace

TEST_CASE("png: what is written is read back, with any number of channels") {
  for (std::uint32_t channels = 1; channels <= 4; ++channels) {
    const Image image = some_image(5, 3, channels);
    const Image back = decoded(encode_png(image));
    CHECK(back.width == 5);
    CHECK(back.height == 3);
    CHECK(back.channels == channels);
    CHECK(back.pixels == image.pixels);
  }
}

TEST_CASE("png: write_png replaces a file and says when it cannot") {
  const TemporaryFolder folder;
  const std::string path = folder.path("a.png");
  REQUIRE(lentil::formats::write_png(path, some_image(2, 2, 1)));
  REQUIRE(lentil::formats::write_png(path, some_image(4, 4, 3)));
  CHECK(read_image(path)->pixels == some_image(4, 4, 3).pixels);
  CHECK_THAT(lentil::formats::write_png(folder.path("no/a.png"), some_image(1, 1, 1)).error().message,
             Contains("no/a.png"));
}

TEST_CASE("png: fewer than 8 bits are stretched, 16 are rounded") {
  CHECK(decoded(write_png({.width = 4, .height = 1, .bits = 1}, {{0b10100000}})).pixels ==
        Pixels{255, 0, 255, 0});
  CHECK(decoded(write_png({.width = 4, .height = 1, .bits = 2}, {{0b00011011}})).pixels ==
        Pixels{0, 85, 170, 255});
  CHECK(decoded(write_png({.width = 2, .height = 1, .bits = 4}, {{0x1f}})).pixels == Pixels{17, 255});
  const Image wide =
      decoded(write_png({.width = 3, .height = 1, .bits = 16}, {{0x12, 0x34, 0xff, 0xff, 0x12, 0xff}}));
  CHECK(wide.channels == 1);
  CHECK(wide.pixels == Pixels{0x12, 0xff, 0x13});  // 0x12ff is nearer to 0x1313 than to 0x1212
}

TEST_CASE("png: palettes become colours, with transparency where they have it") {
  PngForm form{.width = 3, .height = 1, .bits = 2, .color = PNG_COLOR_TYPE_PALETTE};
  form.palette = {{1, 2, 3}, {40, 50, 60}, {255, 0, 9}};
  const Image opaque = decoded(write_png(form, {{0b00011000}}));
  CHECK(opaque.channels == 3);
  CHECK(opaque.pixels == Pixels{1, 2, 3, 40, 50, 60, 255, 0, 9});
  form.palette_alpha = {0, 128};
  const Image transparent = decoded(write_png(form, {{0b00011000}}));
  CHECK(transparent.channels == 4);
  CHECK(transparent.pixels == Pixels{1, 2, 3, 0, 40, 50, 60, 128, 255, 0, 9, 255});
}

TEST_CASE("png: one transparent shade becomes alpha") {
  const Image image = decoded(write_png({.width = 2, .height = 1, .transparent_grey = 7}, {{7, 8}}));
  CHECK(image.channels == 2);
  CHECK(image.pixels == Pixels{7, 0, 8, 255});
}

TEST_CASE("png: a digit in the alpha channel alone is seen") {
  const Image image = decoded(encode_png({.width = 2, .height = 1, .channels = 2, .pixels = {0, 0, 0, 255}}));
  CHECK(grey_pixels(image) == Pixels{255, 0});
}

TEST_CASE("png: interlaced files hold the same picture") {
  std::vector<Pixels> rows;
  Pixels all;
  for (std::uint8_t y = 0; y < 11; ++y) {
    rows.emplace_back();
    for (std::uint8_t x = 0; x < 9; ++x) rows.back().push_back(static_cast<std::uint8_t>(20 * y + x));
    all.insert(all.end(), rows.back().begin(), rows.back().end());
  }
  const PngForm form{.width = 9, .height = 11, .interlaced = true};
  CHECK(decoded(write_png(form, rows)).pixels == all);
}

TEST_CASE("png: incomplete files are refused at every length") {
  check_every_truncation(encode_png(some_image(6, 5, 1)));
  check_every_truncation(write_png({.width = 3, .height = 2, .interlaced = true}, {{1, 2, 3}, {4, 5, 6}}));
  CHECK_THAT(refusal(claiming(3, 3)), Contains("PNG") && Contains("damaged or incomplete"));
}

TEST_CASE("png: every wrong bit is a failure or a picture") {
  PngForm form{.width = 3, .height = 2, .bits = 2, .color = PNG_COLOR_TYPE_PALETTE};
  form.palette = {{1, 2, 3}, {40, 50, 60}, {255, 0, 9}};
  const Bytes palette = write_png(form, {{0b00011000}, {0b01000000}});
  CHECK(check_every_flip(palette) > palette.size());
  const Bytes grey = encode_png(some_image(6, 5, 1));
  CHECK(check_every_flip(grey) > grey.size());
}

TEST_CASE("png: absurd sizes are refused before memory is allocated") {
  CHECK_THAT(refusal(claiming(65'535, 65'535)), Contains("65535x65535") && Contains("more than can be read"));
  CHECK_THAT(refusal(claiming(65'536, 1)), Contains("65536x1"));
  CHECK_THAT(refusal(claiming(0x7fffffff, 0x7fffffff)), Contains("more than can be read"));
  CHECK_THAT(refusal(claiming(16'000, 16'000)), Contains("too short for the size of its picture"));
  CHECK_THAT(refusal(claiming(0, 1)), Contains("damaged"));
  CHECK_THAT(refusal(claiming(1, 0)), Contains("damaged"));
}
