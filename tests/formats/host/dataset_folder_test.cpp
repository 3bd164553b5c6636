#include "formats/host/dataset_folder.h"

#include "tests/support/picture_files.h"

using namespace lentil::formats;
using Catch::Contains;
using lentil::test::PictureFiles;
using Labels = std::vector<std::uint8_t>;
using Names = std::vector<std::string>;

namespace {

std::string refusal(const PictureFiles& files, const DatasetRequest& request = {}) {
  const auto split = load_dataset(files.path(""), request);
  REQUIRE_FALSE(split);
  return split.error().message;
}

}  // namespace

TEST_CASE("folders named by numbers give these as labels, in the order of names") {
  const PictureFiles files;
  const std::string train = GENERATE("train", "training"), test = GENERATE("test", "testing");
  files.picture(train + "/7/b.png", 71);
  files.picture(train + "/7/a.png", 70);
  files.picture(train + "/2/x.png", 20);
  files.picture(test + "/9/y.png", 90);
  const auto split = load_dataset(files.path(""));
  REQUIRE(split);
  CHECK(split->train.labels == Labels{2, 7, 7});
  CHECK(split->train.image(1)[0] == 70);
  CHECK(split->train.image(2)[3] == 71);
  CHECK(split->train.height == 2);
  CHECK(split->train.class_names.empty());
  CHECK_THAT(split->train.pictures[2], Contains("7/b.png"));
  CHECK(split->test.labels == Labels{9});
  CHECK(split->notes.empty());
  REQUIRE(split->train.sources.size() == 1);
  CHECK(split->train.sources[0].md5 != split->test.sources[0].md5);
}

TEST_CASE("folders named by words give their places in the order of both halves' names") {
  const PictureFiles files;
  files.picture("train/cat/1.png", 1);
  files.picture("train/dog/1.png", 2);
  files.picture("test/bird/1.png", 3);
  const auto split = load_dataset(files.path(""));
  REQUIRE(split);
  CHECK(split->train.labels == Labels{1, 2});
  CHECK(split->test.labels == Labels{0});
  CHECK(split->train.class_names == Names{"bird", "cat", "dog"});
  CHECK(split->test.class_names == split->train.class_names);
  CHECK_THAT(refusal(files, {.classes = 2}), Contains("3 classes found (bird to dog), at most 2 expected"));
}

TEST_CASE("without a test folder one picture in six is held out, the same ones each time") {
  const PictureFiles files;
  for (int i = 0; i < 12; ++i) {
    files.picture("digits/" + std::to_string(i % 3) + "/" + std::to_string(i) + ".png",
                  static_cast<std::uint8_t>(i));
  }
  const auto split = load_dataset(files.path("digits"));
  REQUIRE(split);
  CHECK(split->train.size() == 10);
  REQUIRE(split->test.size() == 2);
  CHECK(split->train.name == "pictures in folders, 1 in 6 held out to test");
  CHECK(split->test.pictures.size() == 2);
  CHECK_THAT(split->test.pictures[1], Contains("/" + std::to_string(split->test.image(1)[0]) + ".png"));
  CHECK(load_dataset(files.path("digits"))->test.pictures == split->test.pictures);
}

TEST_CASE("what is no picture is skipped and counted") {
  const PictureFiles files;
  files.picture("0/a.png", 1);
  files.picture("1/a.png", 1);
  files.picture("1/.hidden.png", 1);
  files.picture("1/deeper/b.png", 1);
  files.picture(".git/c.png", 1);
  files.text("1/notes.txt", "not a picture");
  files.text("1/empty.png", "");
  const auto split = load_dataset(files.path(""));
  REQUIRE(split);
  CHECK(split->train.size() + split->test.size() == 2);
  REQUIRE(split->notes.size() == 1);
  CHECK_THAT(split->notes[0], Contains("2 files that are no pictures, 1 hidden file, 1 folder inside"));
}

TEST_CASE("pictures of the wrong size are refused by name, unless they are prepared") {
  const PictureFiles files;
  files.picture("0/a.png", 1, 2);
  files.picture("1/b.png", 9, 3);
  CHECK_THAT(load_dataset(files.path("")).error().message,
             Contains("1/b.png") && Contains("the picture is 3x3, but 2x2 is expected"));
  CHECK_THAT(refusal(files), Contains("0/a.png") && Contains("28x28"));

  const PreparePicture fill = [](const Image& image,
                                 std::span<std::uint8_t> pixels) -> Outcome<std::monostate> {
    if (image.width > 3) return Failure{"too large for this test"};
    std::ranges::fill(pixels, image.pixels[0]);
    return std::monostate{};
  };
  const auto split = load_dataset(files.path(""), {.height = 5, .width = 4, .prepare = fill});
  REQUIRE(split);
  CHECK(split->train.image_size() == 20);
  CHECK(split->train.image(0)[19] + split->test.image(0)[19] == 10);
  files.picture("1/c.png", 9, 4);
  CHECK_THAT(refusal(files, {.prepare = fill}), Contains("1/c.png: too large for this test"));
}

TEST_CASE("colours become grey for one channel, planes for three") {
  const PictureFiles files;
  files.picture("0/grey.png", 7, 1);
  std::filesystem::create_directories(files.path("1"));
  REQUIRE(write_png(files.path("1/color.png"), {1, 1, 3, {255, 0, 9}}));
  const auto shade = [](const DataSplit& split, std::uint8_t label) {
    const Dataset& set = split.train.labels[0] == label ? split.train : split.test;
    return std::vector<std::uint8_t>(set.pixels);
  };
  const auto grey = load_dataset(files.path(""));
  REQUIRE(grey);
  CHECK(shade(*grey, 0) == Labels{7});
  CHECK(shade(*grey, 1) == Labels{77});
  const auto planes = load_dataset(files.path(""), {.channels = 3, .height = 1, .width = 1});
  REQUIRE(planes);
  CHECK(shade(*planes, 0) == Labels{7, 7, 7});
  CHECK(shade(*planes, 1) == Labels{255, 0, 9});
  CHECK_THAT(refusal(files, {.channels = 2, .height = 1, .width = 1}), Contains("2 channels"));
}

TEST_CASE("damaged pictures, labels beyond the classes and lone pictures are refused") {
  const PictureFiles files;
  files.picture("0/a.png", 1);
  CHECK_THAT(load_dataset(files.path("")).error().message, Contains("one image is too few"));
  files.picture("12/a.png", 1);
  CHECK_THAT(load_dataset(files.path("")).error().message,
             Contains("class 12 found, classes from 0 to 9 expected"));
  std::filesystem::remove_all(files.path("12"));
  files.text("3/cut.png", "\x89PNG\r\n\x1a\n");
  CHECK_THAT(load_dataset(files.path("")).error().message, Contains("3/cut.png") && Contains("damaged"));
}

TEST_CASE("a test folder without pictures is refused, a root without any says what was looked for") {
  const PictureFiles files;
  files.text("test/a/readme", "nothing here");
  CHECK_THAT(load_dataset(files.path("")).error().message, Contains("folders of pictures, one per class"));
  files.picture("train/0/a.png", 1);
  CHECK_THAT(load_dataset(files.path("")).error().message,
             Contains("test: no pictures in folders of classes"));
}
