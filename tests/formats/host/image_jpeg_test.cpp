// clang-format off: jpeglib.h needs FILE and size_t declared before it
#include <cstdio>
#include <jpeglib.h>
// clang-format on
#include <cstdlib>

#include "tests/support/image_bytes.h"

using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;

namespace {

struct JpegForm {
  J_COLOR_SPACE from = JCS_GRAYSCALE;  // of the pixels
  J_COLOR_SPACE stored = JCS_GRAYSCALE;
  bool progressive = false;
  bool adobe = false;
  Bytes app1{};
};

Bytes write_jpeg(const Image& image, const JpegForm& form) {
  jpeg_error_mgr errors;
  jpeg_compress_struct jpeg{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &memory, &size);
  jpeg.image_width = image.width;
  jpeg.image_height = image.height;
  jpeg.input_components = static_cast<int>(image.channels);
  jpeg.in_color_space = form.from;
  jpeg_set_defaults(&jpeg);
  jpeg_set_colorspace(&jpeg, form.stored);
  jpeg_set_quality(&jpeg, 100, TRUE);
  jpeg.write_Adobe_marker = form.adobe ? TRUE : FALSE;
  for (int c = 0; c < jpeg.num_components; ++c)
    jpeg.comp_info[c].h_samp_factor = jpeg.comp_info[c].v_samp_factor = 1;
  if (form.progressive) jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  if (!form.app1.empty()) {
    jpeg_write_marker(&jpeg, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(form.app1.data()),
                      static_cast<unsigned>(form.app1.size()));
  }
  while (jpeg.next_scanline < jpeg.image_height) {
    const std::size_t at = std::size_t{jpeg.next_scanline} * image.width * image.channels;
    auto* row = const_cast<JSAMPROW>(&image.pixels[at]);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  const auto* begin = reinterpret_cast<const std::byte*>(memory);
  const Bytes bytes(begin, begin + size);
  std::free(memory);
  return bytes;
}

Image plain(std::uint32_t width, std::uint32_t height, const Pixels& pixel) {
  Image image{.width = width, .height = height, .channels = static_cast<std::uint32_t>(pixel.size())};
  for (std::uint32_t i = 0; i < width * height; ++i) {
    image.pixels.insert(image.pixels.end(), pixel.begin(), pixel.end());
  }
  return image;
}

void check_near(const Image& image, const Pixels& pixel) {
  REQUIRE(image.channels == pixel.size());
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    REQUIRE(std::abs(image.pixels[i] - pixel[i % pixel.size()]) <= 3);
  }
}

// 16 x 8 with a bright left half.
Image two_halves() {
  Image image = plain(16, 8, {20});
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    if (i % 16 < 8) image.pixels[i] = 220;
  }
  return image;
}

Bytes exif(std::uint32_t orientation) {
  Bytes app1 = bytes_of(std::string_view("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 24));
  append_little_endian(app1, orientation, 4);
  append_little_endian(app1, 0, 4);
  return app1;
}

// The place of the frame's sizes: behind marker, length and precision.
std::size_t frame_sizes(const Bytes& bytes) {
  for (std::size_t i = 2; i + 9 < bytes.size(); ++i) {
    if (bytes[i] == std::byte{0xff} && bytes[i + 1] == std::byte{0xc0}) return i + 5;
  }
  throw std::runtime_error("no frame");
}

// The place where the only scan's coded pixels begin.
std::size_t scan_data(const Bytes& bytes) {
  for (std::size_t i = 2; i + 4 < bytes.size(); ++i) {
    if (bytes[i] == std::byte{0xff} && bytes[i + 1] == std::byte{0xda})
      return i + 2 + static_cast<std::size_t>(bytes[i + 3]);
  }
  throw std::runtime_error("no scan");
}

}  // namespace

TEST_CASE("jpeg: grey and colour are read, baseline and progressive") {
  const bool progressive = GENERATE(false, true);
  check_near(decoded(write_jpeg(plain(9, 5, {77}), {.progressive = progressive})), {77});
  const Image color = decoded(write_jpeg(plain(9, 5, {200, 30, 90}),
                                         {.from = JCS_RGB, .stored = JCS_YCbCr, .progressive = progressive}));
  CHECK(color.width == 9);
  CHECK(color.height == 5);
  check_near(color, {200, 30, 90});
  check_near(
      decoded(write_jpeg(plain(9, 5, {200, 30, 90}), {.from = JCS_RGB, .stored = JCS_RGB, .adobe = true})),
      {200, 30, 90});
}

TEST_CASE("jpeg: inks become light, inverted as Adobe writes them or not") {
  const Pixels inks{255, 100, 0, 51};  // cyan, magenta, yellow, black
  const Pixels light{0, 124, 204};     // (255 - ink) * (255 - black) / 255
  const Pixels inverted{0, 155, 255, 204};
  check_near(decoded(write_jpeg(plain(8, 8, inks), {.from = JCS_CMYK, .stored = JCS_CMYK})), light);
  check_near(
      decoded(write_jpeg(plain(8, 8, inverted), {.from = JCS_CMYK, .stored = JCS_CMYK, .adobe = true})),
      light);
  check_near(
      decoded(write_jpeg(plain(8, 8, inverted), {.from = JCS_CMYK, .stored = JCS_YCCK, .adobe = true})),
      light);
}

TEST_CASE("jpeg: a picture is turned upright as its EXIF data say") {
  const Image stored = two_halves();
  struct Case {
    std::uint32_t orientation, width, height, bright_x, bright_y, dark_x, dark_y;
  };
  const Case c =
      GENERATE(Case{1, 16, 8, 0, 0, 15, 7}, Case{2, 16, 8, 15, 0, 0, 7}, Case{3, 16, 8, 15, 7, 0, 0},
               Case{4, 16, 8, 0, 7, 15, 0}, Case{5, 8, 16, 0, 0, 7, 15}, Case{6, 8, 16, 7, 0, 0, 15},
               Case{7, 8, 16, 7, 15, 0, 0}, Case{8, 8, 16, 0, 15, 7, 0}, Case{9, 16, 8, 0, 0, 15, 7});
  INFO("orientation " << c.orientation);
  const Image image = decoded(write_jpeg(stored, {.app1 = exif(c.orientation)}));
  CHECK(image.width == c.width);
  CHECK(image.height == c.height);
  CHECK(image.pixels[c.bright_y * c.width + c.bright_x] > 200);
  CHECK(image.pixels[c.dark_y * c.width + c.dark_x] < 40);
}

TEST_CASE("jpeg: incomplete files are refused at every length") {
  check_every_truncation(write_jpeg(two_halves(), {.app1 = exif(6)}));
  check_every_truncation(write_jpeg(two_halves(), {.progressive = true}));
}

TEST_CASE("jpeg: every wrong bit is a failure or a picture") {
  const Bytes grey = write_jpeg(plain(16, 8, {90}), {.app1 = exif(6)});
  CHECK(check_every_flip(grey) > grey.size());
  CHECK(check_every_flip(write_jpeg(plain(8, 8, {9, 99, 200}), {.from = JCS_RGB, .stored = JCS_YCbCr})) > 0);
  CHECK(check_every_flip(write_jpeg(plain(8, 8, {9, 99, 20}),
                                    {.from = JCS_RGB, .stored = JCS_YCbCr, .progressive = true})) > 0);
  CHECK(check_every_flip(write_jpeg(plain(8, 8, {9, 9, 9, 9}),
                                    {.from = JCS_CMYK, .stored = JCS_YCCK, .adobe = true})) > 0);
}

TEST_CASE("jpeg: oddities that cost nothing of the picture are read") {
  const Bytes good = write_jpeg(two_halves(), {});
  const Image expected = decoded(good);
  const auto same = [&](const Bytes& bytes) { return decoded(bytes).pixels == expected.pixels; };

  SECTION("bytes before the end, as some cameras leave them") {
    Bytes bytes = good;
    bytes.insert(bytes.end() - 2, 40, std::byte{0x5a});
    CHECK(same(bytes));
  }
  SECTION("bytes between two markers") {
    Bytes bytes = good;
    const auto frame = bytes.begin() + static_cast<std::ptrdiff_t>(frame_sizes(good) - 5);
    bytes.insert(frame, 3, std::byte{0});
    CHECK(same(bytes));
  }
  SECTION("bytes behind the end") {
    Bytes bytes = good;
    bytes.insert(bytes.end(), 40, std::byte{0x5a});
    CHECK(same(bytes));
  }
  SECTION("a later version of JFIF") {
    Bytes bytes = good;
    constexpr std::size_t kMajor = 11;  // behind SOI, marker, length and "JFIF\0"
    REQUIRE(bytes[kMajor] == std::byte{1});
    bytes[kMajor] = std::byte{3};
    CHECK(same(bytes));
  }
}

TEST_CASE("jpeg: where the picture's own data are damaged it is refused") {
  const Bytes good = write_jpeg(two_halves(), {});
  const std::size_t first = scan_data(good);

  SECTION("they end too early") {
    Bytes bytes = good;
    bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(first + 2), bytes.end() - 2);
    CHECK_THAT(refusal(bytes), Contains("premature end"));
  }
  SECTION("a code that does not exist") {
    Bytes bytes = good;
    for (std::size_t i = first; i < bytes.size() - 3; i += 2) {
      bytes[i] = std::byte{0xff};
      bytes[i + 1] = std::byte{0};  // the sign that 0xff is data
    }
    CHECK_THAT(refusal(bytes), Contains("Corrupt JPEG data: bad Huffman code"));
  }
}

TEST_CASE("jpeg: absurd sizes are refused before memory is allocated") {
  const auto claiming = [](std::uint32_t width, std::uint32_t height) {
    Bytes bytes = write_jpeg(plain(8, 8, {90}), {});
    const std::size_t at = frame_sizes(bytes);
    bytes[at] = static_cast<std::byte>(height >> 8);
    bytes[at + 1] = static_cast<std::byte>(height);
    bytes[at + 2] = static_cast<std::byte>(width >> 8);
    bytes[at + 3] = static_cast<std::byte>(width);
    return refusal(bytes);
  };
  CHECK_THAT(claiming(65'500, 65'500), Contains("65500x65500") && Contains("more than can be read"));
  CHECK_THAT(claiming(65'535, 65'535), Contains("JPEG"));
  CHECK_THAT(claiming(0, 8), Contains("JPEG"));
  CHECK_THAT(claiming(8, 0), Contains("JPEG"));
}

TEST_CASE("jpeg: a file with thousands of scans is refused") {
  const Bytes good = write_jpeg(plain(8, 8, {90}), {.progressive = true});
  // Repeats the scans, all between the frame and the end of the picture.
  std::size_t first = 2;
  while (good[first] != std::byte{0xff} || good[first + 1] != std::byte{0xda}) ++first;
  Bytes bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(first));
  for (int i = 0; i < 1000; ++i)
    bytes.insert(bytes.end(), good.begin() + static_cast<std::ptrdiff_t>(first), good.end() - 2);
  bytes.insert(bytes.end(), good.end() - 2, good.end());
  CHECK_THAT(refusal(bytes), Contains("damaged"));
}
