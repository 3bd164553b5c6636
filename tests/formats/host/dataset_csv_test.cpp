#include "formats/host/dataset_csv.h"

#include "tests/support/picture_files.h"

using namespace lentil::formats;
using Catch::Contains;
using lentil::test::PictureFiles;
using Bytes = std::vector<std::uint8_t>;

namespace {

// Both halves from the same text, so that nothing is held out.
Outcome<DataSplit> load_text(const std::string& text,
                             const DatasetRequest& request = {.height = 0, .width = 0}) {
  const PictureFiles files;
  files.text("train.csv", text);
  files.text("test.csv", text);
  return load_dataset(files.path(""), request);
}

std::string refusal(const std::string& text, const DatasetRequest& request = {.height = 0, .width = 0}) {
  const auto split = load_text(text, request);
  REQUIRE_FALSE(split);
  CHECK_THAT(split.error().message, Contains("train.csv"));
  return split.error().message;
}

}  // namespace

TEST_CASE("csv: a label and pixels, with a header or without") {
  const std::string text = GENERATE("7,1,2,3,4\n0,255,0,9,8\n",  //
                                    "label,a,b,c,d\r\n7,1,2,3,4\r\n\r\n0,255,0,9,8",
                                    "\xef\xbb\xbf\"Label\",a,b,c,d\n \"7\" , 1,\"2\",3,4\n0,255,0,9,8\n\n",
                                    "a,b,c,d,class\n1,2,3,4,7\n255,0,9,8,0\n");
  INFO(text);
  const auto split = load_text(text);
  REQUIRE(split);
  CHECK(split->train.labels == Bytes{7, 0});
  CHECK(split->train.pixels == Bytes{1, 2, 3, 4, 255, 0, 9, 8});
  CHECK(split->train.height == 2);
  CHECK(split->train.name == "CSV files");
  REQUIRE(split->train.sources.size() == 1);
  CHECK(split->train.sources[0].file == "train.csv");
  CHECK(split->train.sources[0].md5 == split->test.sources[0].md5);
}

TEST_CASE("csv: a file alone has one image in six held out, and its name ends in .csv") {
  const PictureFiles files;
  std::string text;
  for (int i = 0; i < 6; ++i) text += std::to_string(i) + ",1\n";
  files.text("digits.csv", text);
  files.text("digits.txt", text);
  const auto split = load_dataset(files.path("digits.csv"));
  REQUIRE(split);
  CHECK(split->train.size() == 5);
  CHECK(split->test.size() == 1);
  CHECK_THAT(split->train.name, Contains("1 in 6 held out"));
  CHECK_FALSE(load_dataset(files.path("digits.txt")));
}

TEST_CASE("csv: mnist_train.csv and mnist_test.csv are found") {
  const PictureFiles files;
  files.text("mnist_train.csv", "1,5\n2,6\n");
  files.text("mnist_test.csv", "3,7\n");
  const auto split = load_dataset(files.path(""));
  REQUIRE(split);
  CHECK(split->train.labels == Bytes{1, 2});
  CHECK(split->test.labels == Bytes{3});
}

TEST_CASE("csv: paths of pictures are relative to the file, classes may have names") {
  const PictureFiles files;
  files.picture("p/one.png", 1);
  files.picture("p/two, \"2\".png", 2);
  files.text("train.csv", "image,label\np/one.png,b\n\"p/two, \"\"2\"\".png\",a\n");
  files.text("test.csv", "label,image\na,p/one.png\nb,p/one.png\n");
  const auto split = load_dataset(files.path(""));
  REQUIRE(split);
  CHECK(split->train.labels == Bytes{1, 0});
  CHECK(split->train.pixels == Bytes{1, 1, 1, 1, 2, 2, 2, 2});
  CHECK(split->train.class_names == std::vector<std::string>{"a", "b"});
  CHECK(split->train.sources.size() == 2);
  CHECK_THAT(split->train.pictures[0], Contains("p/one.png"));

  files.text("test.csv", "image,label\np/one.png,c\n");
  CHECK_THAT(load_dataset(files.path("")).error().message, Contains("its classes are not those of"));
  files.text("train.csv", "image,label\np/one.png,3\n\np/none.png,4\n");
  CHECK_THAT(load_dataset(files.path("")).error().message,
             Contains("line 4, column 1: ") && Contains("none.png"));
}

TEST_CASE("csv: mistakes are named by line and column") {
  CHECK_THAT(refusal("7,1,2,3,4\n0,255,256,9,8\n"),
             Contains("line 2, column 3: a value from 0 to 255 expected, '256'"));
  CHECK_THAT(refusal("label,a\n\n7,-1\n"), Contains("line 3, column 2"));
  CHECK_THAT(refusal("7,1.5\n"), Contains("line 1"));
  CHECK_THAT(refusal("7,1\n7,\n"), Contains("line 2, column 2") && Contains("''"));
  CHECK_THAT(refusal("7,1\n10,1\n"), Contains("line 2, column 1: a label from 0 to 9 expected, '10'"));
  CHECK_THAT(refusal("7,1,2,3,4\n7,1,2\n"), Contains("line 2: 3 cells found, 5 expected"));
  CHECK_THAT(refusal("7,1,2\n"), Contains("2 pixels in a line are no square"));
  CHECK_THAT(refusal("7,1\n7,\"1\n"), Contains("line 2: a quotation does not end"));
  CHECK_THAT(refusal("7,1\n7,\"1\"1\n"), Contains("line 2: a quotation does not end, or text follows it"));
  CHECK_THAT(refusal("pixel0,pixel1\n1,2\n"), Contains("line 1") && Contains("header"));
  CHECK_THAT(refusal("7\n"), Contains("line 1"));
  CHECK_THAT(refusal(""), Contains("no images found"));
  CHECK_THAT(refusal("label,a\n"), Contains("no images found"));
  CHECK_THAT(refusal("image,label\n,3\n"), Contains("line 2, column 1: the cell is empty"));
}

TEST_CASE("csv: pixels must be those of the network, unless they are prepared") {
  CHECK_THAT(refusal("7,1,2,3,4\n", {}), Contains("2x2") && Contains("28x28"));
  const auto oblong = load_text("7,1,2,3,4\n", {.height = 1, .width = 4});
  REQUIRE(oblong);
  CHECK(oblong->train.width == 4);
  const PreparePicture last = [](const Image& image,
                                 std::span<std::uint8_t> pixels) -> Outcome<std::monostate> {
    std::ranges::fill(pixels, image.pixels.back());
    return std::monostate{};
  };
  CHECK(load_text("7,1,2,3,4\n", {.prepare = last})->train.pixels == Bytes(784, 4));
}

TEST_CASE("csv: every wrong bit and every truncation is a failure or a data set") {
  const std::string good = "label,a,\"b\",c,d\n7,1,2,3,4\n0,255,0,\"9\",8\n";
  const PictureFiles files;
  const auto check = [&](const std::string& text) {
    files.text("a.csv", text);
    const auto split = load_dataset(files.path("a.csv"));
    if (split) CHECK(split->train.pixels.size() == split->train.labels.size() * split->train.image_size());
  };
  for (std::size_t size = 0; size < good.size(); ++size) check(good.substr(0, size));
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    check(bad);
  }
}
