// clang-format off: jpeglib.h needs FILE and size_t declared before it
#include <cstdio>
#include <jpeglib.h>
// clang-format on
#include <algorithm>
#include <png.h>

#include "formats/host/image.h"
#include "formats/host/synth.h"
#include "formats/model_file.h"
#include "tests/support/picture_files.h"
#include "tests/tools/program.h"

using namespace lentil::test;
using namespace lentil::formats;
using Catch::Contains;

namespace {

constexpr std::uint32_t kSide = 160, kZoom = 4, kLeft = 30, kTop = 20, kDigitSide = 28;

// A drawn 3 somewhere on a sheet, as coverage by ink: 0 to 255.
std::vector<std::uint8_t> ink_of_three() {
  const auto data = synth_split(10, 1, 1).train;
  REQUIRE(data.labels[3] == 3);
  std::vector<std::uint8_t> ink(std::size_t{kSide} * kSide);
  for (std::uint32_t y = 0; y < kDigitSide * kZoom; ++y) {
    for (std::uint32_t x = 0; x < kDigitSide * kZoom; ++x)
      ink[(y + kTop) * kSide + x + kLeft] = data.image(3)[y / kZoom * kDigitSide + x / kZoom];
  }
  return ink;
}

std::vector<std::uint8_t> inverted(std::vector<std::uint8_t> pixels) {
  for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  return pixels;
}

std::string grey_png(const PictureFiles& files, const std::string& name,
                     const std::vector<std::uint8_t>& pixels) {
  REQUIRE(write_png(files.path(name), {kSide, kSide, 1, pixels}));
  return files.path(name);
}

// `format` is libpng's, `pixels` are as it says.
std::string png(const PictureFiles& files, const std::string& name, png_uint_32 format, const void* pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = kSide;
  image.format = format;
  REQUIRE(png_image_write_to_file(&image, files.path(name).c_str(), 0, pixels, 0, nullptr) != 0);
  return files.path(name);
}

// Three bytes per pixel.
std::string jpeg(const PictureFiles& files, const std::string& name, const std::vector<std::uint8_t>& rgb) {
  std::FILE* file = std::fopen(files.path(name).c_str(), "wb");
  REQUIRE(file != nullptr);
  jpeg_error_mgr errors;
  jpeg_compress_struct jpeg{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  jpeg_stdio_dest(&jpeg, file);
  jpeg.image_width = jpeg.image_height = kSide;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    auto* row = const_cast<JSAMPROW>(&rgb[std::size_t{jpeg.next_scanline} * kSide * 3]);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::fclose(file);
  return files.path(name);
}

// A model of digits that says nothing about the preparation, and so gets MNIST's.
std::string model(const PictureFiles& files, const std::vector<std::string>& labels = {}) {
  auto file = load_model_file(LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil");
  REQUIRE(file);
  file->recipe.clear();
  if (!labels.empty()) file->labels = labels;
  REQUIRE(save_model_file(files.path("model.lentil"), *file));
  return files.path("model.lentil");
}

nlohmann::json predicted(const PictureFiles& files, const std::string& picture, const Words& more = {}) {
  Words words{"predict", model(files), picture};
  words.insert(words.end(), more.begin(), more.end());
  const auto answers = run_json(words);
  REQUIRE(answers.size() == 1);
  return answers[0];
}

}  // namespace

TEST_CASE("predict tells the class, what else it may be, and where the digit stands") {
  const PictureFiles files;
  const std::string path = grey_png(files, "three.png", inverted(ink_of_three()));
  const auto answer = predicted(files, path, {"--top", "4"});
  CHECK(answer["file"] == path);
  CHECK(answer["class"] == 3);
  CHECK(answer["label"] == "3");
  CHECK(answer["probability"] > 0.9);
  CHECK(answer["dark_ink"] == true);
  REQUIRE(answer["top"].size() == 4);
  CHECK(answer["top"][0]["class"] == 3);
  CHECK(answer["top"][0]["probability"] == answer["probability"]);
  for (std::size_t i = 1; i < 4; ++i)
    CHECK(answer["top"][i]["probability"] <= answer["top"][i - 1]["probability"]);
  const auto box = answer["box"];
  CHECK(box[0] >= kLeft);
  CHECK(box[1] >= kTop);
  CHECK(box[0].get<unsigned>() + box[2].get<unsigned>() <= kLeft + kDigitSide * kZoom);
  CHECK(box[1].get<unsigned>() + box[3].get<unsigned>() <= kTop + kDigitSide * kZoom);
  CHECK(predicted(files, path, {"--top", "1000"})["top"].size() == 10);
}

TEST_CASE("predict finds out what is ink, or believes --ink") {
  const PictureFiles files;
  const std::string light = grey_png(files, "light.png", ink_of_three());
  const std::string dark = grey_png(files, "dark.png", inverted(ink_of_three()));
  CHECK(predicted(files, light)["dark_ink"] == false);
  CHECK(predicted(files, light, {"--ink", "light"}) == predicted(files, light));
  CHECK(predicted(files, dark, {"--ink", "dark"}) == predicted(files, dark));
  const auto wrong = predicted(files, light, {"--ink", "dark"});
  CHECK(wrong["dark_ink"] == true);
  CHECK(wrong["box"] != predicted(files, light)["box"]);
  CHECK(run_lentil({"predict", model(files), light, "--raw", "--ink", "dark"}).code == 2);
  CHECK(predicted(files, light, {"--raw"})["probability"] != predicted(files, light)["probability"]);
}

TEST_CASE("predict reads transparent, 16-bit and colour pictures") {
  const PictureFiles files;
  const std::vector<std::uint8_t> ink = ink_of_three();
  SECTION("black ink on no paper") {
    std::vector<std::uint8_t> rgba;
    for (const std::uint8_t alpha : ink) rgba.insert(rgba.end(), {0, 0, 0, alpha});
    CHECK(predicted(files, png(files, "a.png", PNG_FORMAT_RGBA, rgba.data()))["class"] == 3);
  }
  SECTION("16 bits of light") {
    std::vector<png_uint_16> light;
    for (const std::uint8_t value : ink) light.push_back(static_cast<png_uint_16>(65535 - 257 * value));
    CHECK(predicted(files, png(files, "a.png", PNG_FORMAT_LINEAR_Y, light.data()))["class"] == 3);
  }
  SECTION("blue ink on yellow paper, JPEG") {
    std::vector<std::uint8_t> rgb;
    for (const std::uint8_t value : ink) {
      const auto yellow = static_cast<std::uint8_t>(230 - value * 200 / 255);
      rgb.insert(rgb.end(), {yellow, yellow, 140});
    }
    CHECK(predicted(files, jpeg(files, "a.jpg", rgb))["class"] == 3);
  }
}

TEST_CASE("predict names classes as the model does, without orders to the terminal") {
  const PictureFiles files;
  const std::string named = model(files, {"0", "1", "2", "th\x1bree", "4", "5", "6", "7", "8", "9"});
  const Ended ended = run_lentil({"predict", named, grey_png(files, "a.png", ink_of_three())});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("  th?ree  "));
}

TEST_CASE("predict answers in the order of the names, a folder's by name") {
  const PictureFiles files;
  for (const char* name : {"folder/b.png", "folder/a.png"}) files.picture(name, 0);
  for (const char* name : {"folder/b.png", "folder/a.png", "z.png"}) grey_png(files, name, ink_of_three());
  files.text("folder/notes.txt", "no picture");
  const auto answers = run_json({"predict", model(files), files.path("z.png"), files.path("folder")});
  REQUIRE(answers.size() == 3);
  CHECK(answers[0]["file"] == files.path("z.png"));
  CHECK(answers[1]["file"] == files.path("folder") + "/a.png");
  CHECK(answers[2]["file"] == files.path("folder") + "/b.png");
}

TEST_CASE("predict says that a picture is empty, and answers the others") {
  const PictureFiles files;
  files.picture("empty.png", 200, 40);
  const std::string three = grey_png(files, "three.png", ink_of_three());
  const Ended ended = run_lentil({"predict", model(files), files.path("empty.png"), three, "--json"});
  CHECK(ended.code == 1);
  CHECK_THAT(ended.err, Contains(files.path("empty.png") + ": "));
  const auto answers = nlohmann::json::parse(ended.out);
  CHECK(answers[0].contains("error"));
  CHECK(answers[1]["class"] == 3);
}

TEST_CASE("predict refuses a folder without pictures") {
  const PictureFiles files;
  files.text("folder/notes.txt", "no picture");
  const Ended ended = run_lentil({"predict", model(files), files.path("folder")});
  CHECK(ended.code == 1);
  CHECK_THAT(ended.err, Contains("no picture in this folder"));
}
