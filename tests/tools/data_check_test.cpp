#include "tools/data_check.h"

#include <catch2/catch.hpp>

#include "formats/host/synth.h"

using namespace lentil::formats;
using namespace lentil::tools;
using Catch::Contains;

namespace {

// Whether exactly one warning stands there, with these words.
bool only_warning(const DataSplit& data, const std::string& words) {
  const DataCheck check = check_data(data);
  return check.warnings.size() == 1 && check.warnings[0].find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("drawn digits are counted, and nothing about them is suspicious") {
  const DataCheck check = check_data(synth_split(100, 20, 1));
  CHECK(check.train.images == 100);
  CHECK(check.train.per_class == std::vector<std::uint64_t>(10, 10));
  CHECK(check.test.per_class == std::vector<std::uint64_t>(10, 2));
  CHECK(check.train.border < 10);
  CHECK(check.train.brightness > check.train.border);
  CHECK(check.warnings.empty());
}

TEST_CASE("dark digits on light are noticed") {
  DataSplit data = synth_split(20, 20, 1);
  for (std::uint8_t& pixel : data.test.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  CHECK(only_warning(data, "the test set seems to be dark on light"));
}

TEST_CASE("images in both halves are counted") {
  DataSplit data = synth_split(20, 20, 1);
  std::copy_n(data.train.pixels.begin(), data.test.image_size(), data.test.pixels.begin());
  CHECK(check_data(data).shared == 1);
  CHECK(only_warning(data, "1 image of the test set is in the training set too"));
}

TEST_CASE("empty images, missing classes and unbalanced ones are noticed") {
  DataSplit data = synth_split(40, 20, 1);
  SECTION("empty") {
    std::fill_n(data.train.pixels.begin(), data.train.image_size(), std::uint8_t{3});
    CHECK(only_warning(data, "the training set has 1 image without content"));
  }
  SECTION("missing") {
    for (std::uint8_t& label : data.train.labels) label = label == 3 ? 4 : label;
    CHECK(only_warning(data, "the training set has no images of 3"));
  }
  SECTION("unbalanced") {
    for (std::size_t i = 0; i < 33; ++i) {
      if (data.train.labels[i] == 3) data.train.labels[i] = 4;
    }
    CHECK(only_warning(data, "unbalanced: 7 images of 4, but 1 of 3"));
  }
}

TEST_CASE("the report names the classes") {
  DataSplit data = synth_split(20, 20, 1);
  data.train.class_names = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
  CHECK_THAT(check_text(check_data(data), data), Contains("seven") && Contains("synth:20,20,1"));
}
