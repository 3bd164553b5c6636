#include "tests/support/image_bytes.h"

using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;

namespace {

Pixels pixels(std::string_view text) { return decoded(bytes_of(text)).pixels; }
std::string refused(std::string_view text) { return refusal(bytes_of(text)); }

}  // namespace

TEST_CASE("pnm: all six kinds are read, as text and as bytes") {
  CHECK(pixels("P1 3 2 0 1 0 1 0 1") == Pixels{255, 0, 255, 0, 255, 0});
  CHECK(pixels("P1 3 2\n010\n101\n") == Pixels{255, 0, 255, 0, 255, 0});
  CHECK(pixels("P2 2 2 15 0 5 10 15") == Pixels{0, 85, 170, 255});
  CHECK(pixels("P3 1 2 255 1 2 3 4 5 6") == Pixels{1, 2, 3, 4, 5, 6});
  CHECK(pixels("P4 10 2\n\xff\x80\x01\x40") ==
        Pixels{0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0, 255, 0});
  CHECK(pixels(std::string_view("P5 2 1 255\n\0\x07", 13)) == Pixels{0, 7});
  const Image color = decoded(bytes_of("P6 2 1 255\nabcdef"));
  CHECK(color.channels == 3);
  CHECK(color.pixels == Pixels{'a', 'b', 'c', 'd', 'e', 'f'});
}

TEST_CASE("pnm: samples of two bytes are rounded to one") {
  CHECK(pixels(std::string_view("P5 3 1 65535\n\x12\x34\xff\xff\0\0", 19)) == Pixels{0x12, 0xff, 0});
  CHECK(pixels(std::string_view("P5 1 1 1000\n\x01\xf4", 14)) == Pixels{128});
}

TEST_CASE("pnm: the header of PAM gives the channels") {
  const Image image = decoded(bytes_of(
      "P7\nWIDTH 2\nHEIGHT 1\n# a comment\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\nabcd"));
  CHECK(image.channels == 2);
  CHECK(image.pixels == Pixels{'a', 'b', 'c', 'd'});
  CHECK_THAT(refused("P7\nWIDTH 2\nHEIGHT 1\nDEPTH 5\nMAXVAL 255\nENDHDR\n0123456789"), Contains("header"));
  CHECK_THAT(refused("P7\nWIDTH 2\nHIGH 1\nDEPTH 1\nMAXVAL 255\nENDHDR\n01"), Contains("header"));
  CHECK_THAT(refused("P7\nWIDTH 2\nHEIGHT 1\nMAXVAL 0\nENDHDR\n01"), Contains("header"));
}

TEST_CASE("pnm: comments may stand wherever space may") {
  CHECK(pixels("P2 # kind\n# size\n2#w\n1\n#most\n9 # pixels\n0 #a\n9") == Pixels{0, 255});
  CHECK(pixels("P5#c\n1 1 255\n#") == Pixels{'#'});  // and not among binary pixels
}

TEST_CASE("pnm: what makes no sense is refused with its place") {
  CHECK_THAT(refused("P2 2 2 15 0 5 10 16"), Contains("from 0 to 15 at row 1, column 1"));
  CHECK_THAT(refused("P2 2 2 15 0 5 -1 15"), Contains("row 1, column 0"));
  CHECK_THAT(refused("P2 2 2 15 0 5 1000 # end"), Contains("row 1, column 0"));
  CHECK_THAT(refused("P1 3 2 0 1 0 2 0 1"), Contains("row 1, column 0"));
  CHECK_THAT(refused("P5 1 1 9\n\x0a"), Contains("from 0 to 9"));
  CHECK_THAT(refused("P2 a 2 15 0"), Contains("header"));
  CHECK_THAT(refused("P2 2 2 65536 0 0 0 0"), Contains("header"));
  CHECK_THAT(refused("P2 2 2 0 0 0 0 0"), Contains("header"));
  CHECK_THAT(refused("P5 1"), Contains("header"));
}

TEST_CASE("pnm: incomplete files are refused at every length, every wrong bit is a failure or a picture") {
  for (const std::string_view text :
       {"P1 3 2 010101", "P3 1 2 255 1 2 3 4 5 6 ", "P4 10 2\n\xff\x80\x01\x40", "P5 2 2 255\nabcd",
        "P6 2 1 65535\nabcdefghijkl", "P7\nWIDTH 2\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nENDHDR\nabcd"}) {
    INFO(text);
    Bytes bytes = bytes_of(text);
    CHECK(check_every_flip(bytes) > 0);
    if (text.back() == ' ') bytes.resize(bytes.size() - 2);  // numbers end anywhere, but the last is missing
    check_every_truncation(bytes);
    if (text.back() == ' ') refusal(bytes);
  }
}

TEST_CASE("pnm: absurd and empty sizes are refused before memory is allocated") {
  CHECK_THAT(refused("P5 65535 65535 255\nabc"), Contains("more than can be read"));
  CHECK_THAT(refused("P5 65536 1 255\nabc"), Contains("65536x1"));
  CHECK_THAT(refused("P5 99999999999 1 255\nabc"), Contains("header"));
  CHECK_THAT(refused("P5 16000 16000 255\nabc"), Contains("256000000 bytes of pixels expected, 3 found"));
  CHECK_THAT(refused("P2 16000 16000 255\n1 2"), Contains("511999999 bytes"));
  CHECK_THAT(refused("P5 0 1 255\n"), Contains("empty") && Contains("0x1"));
  CHECK_THAT(refused("P4 1 0\n"), Contains("empty"));
}
