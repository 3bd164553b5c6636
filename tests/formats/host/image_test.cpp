#include "formats/host/image.h"

#include "formats/host/file_io.h"
#include "tests/support/image_bytes.h"
#include "tests/support/temporary_folder.h"

using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;

TEST_CASE("read_image reads a file by its contents, whatever its name") {
  const TemporaryFolder folder;
  const std::string path = folder.path("picture.jpg");
  REQUIRE(write_file_atomically(path, bytes_of("P2 2 1 255 7 9\n")));
  const auto image = read_image(path);
  REQUIRE(image);
  CHECK(image->pixels == Pixels{7, 9});
}

TEST_CASE("read_image names a file that it cannot read") {
  const TemporaryFolder folder;
  const auto missing = read_image(folder.path("absent.png"));
  REQUIRE_FALSE(missing);
  CHECK_THAT(missing.error().message, Contains("absent.png") && Contains("No such file"));
  CHECK_THAT(read_image(folder.path("")).error().message, Contains("it is a folder"));
  CHECK_THAT(read_image("-").error().message, Contains("'-'"));
}

TEST_CASE("what is no picture is refused with the formats that can be read") {
  CHECK_THAT(refusal({}), Contains("empty"));
  for (const char* text : {"hello", "BMW is no bitmap, nor is this", "P8 1 1 1", "P5", "label,p0,p1\n"}) {
    INFO(text);
    CHECK_THAT(refusal(bytes_of(text)), Contains("PNG, JPEG, BMP and PNM can be read"));
    CHECK_FALSE(looks_like_image(bytes_of(text)));
  }
}

TEST_CASE("formats that are known but not read are refused by name") {
  const std::vector<std::pair<std::string_view, std::string>> files{
      {"GIF89a......", "GIF"},
      {"RIFF....WEBPVP8 ", "WebP"},
      {std::string_view("\0\0\0\x18"
                        "ftypheic....",
                        16),
       "HEIC"},
      {std::string_view("II*\0....", 8), "TIFF"},
      {std::string_view("MM\0*....", 8), "TIFF"},
      {"%PDF-1.7\n", "PDF"},
      {"<svg xmlns=''/>", "SVG"}};
  for (const auto& [head, format] : files) {
    INFO(format);
    CHECK_THAT(refusal(bytes_of(head)), Contains(format) && Contains("convert it to PNG or JPEG first"));
    CHECK(looks_like_image(bytes_of(head)));
  }
}

TEST_CASE("the first bytes tell a picture") {
  const Bytes png = encode_png({.width = 1, .height = 1, .channels = 1, .pixels = {5}});
  CHECK(looks_like_image(std::span(png).first(kImageMagicBytes)));
  CHECK_FALSE(looks_like_image(std::span(png).first(4)));
  CHECK(looks_like_image(bytes_of("P5\n1 1 255\n.")));
  CHECK_FALSE(looks_like_image({}));
}

TEST_CASE("grey_pixels weighs colours and lays transparent pictures on white") {
  const auto grey = [](std::uint32_t channels, Pixels pixels) {
    const auto width = static_cast<std::uint32_t>(pixels.size()) / channels;
    return grey_pixels({.width = width, .height = 1, .channels = channels, .pixels = std::move(pixels)});
  };
  CHECK(grey(1, {0, 9, 255}) == Pixels{0, 9, 255});
  CHECK(grey(2, {0, 0, 0, 255, 0, 128, 200, 255}) == Pixels{255, 0, 127, 200});
  CHECK(grey(3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 7, 7, 7}) == Pixels{76, 150, 29, 255, 7});
  CHECK(grey(4, {255, 0, 0, 255, 255, 0, 0, 0}) == Pixels{76, 255});
}
