#include "formats/host/dataset.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "formats/host/idx.h"
#include "formats/host/synth.h"
#include "tests/support/temporary_folder.h"

using namespace lentil::formats;
using Catch::Contains;

namespace {

struct Names {
  std::string train_images = "train-images-idx3-ubyte", train_labels = "train-labels-idx1-ubyte";
  std::string test_images = "t10k-images-idx3-ubyte", test_labels = "t10k-labels-idx1-ubyte";
};

// Three training and two test images of 2 x 2.
class Folder {
 protected:
  std::string root() const { return folder_.path(""); }
  void write_images(const std::string& name, std::uint32_t count, std::uint32_t width = 2) const {
    std::filesystem::create_directories(std::filesystem::path(folder_.path(name)).parent_path());
    REQUIRE(write_idx_images(
        folder_.path(name),
        {count, 2, width, std::vector<std::uint8_t>(std::size_t{count} * 2 * width, 9), ""}));
  }
  void write_labels(const std::string& name, std::vector<std::uint8_t> labels) const {
    REQUIRE(write_idx_labels(folder_.path(name), {std::move(labels), ""}));
  }
  void write_all(const std::string& prefix, const Names& names) const {
    write_images(prefix + names.train_images, 3);
    write_labels(prefix + names.train_labels, {1, 2, 9});
    write_images(prefix + names.test_images, 2);
    write_labels(prefix + names.test_labels, {0, 4});
  }
  std::string refusal(std::uint32_t classes = kDigitClasses) const {
    const auto split = load_dataset(root(), classes);
    REQUIRE_FALSE(split);
    return split.error().message;
  }

  lentil::test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE_METHOD(Folder, "load_dataset finds each folder and each spelling") {
  const std::string prefix = GENERATE("MNIST/raw/", "raw/", "");
  const Names names = GENERATE(Names{},
                               Names{"train-images.idx3-ubyte", "train-labels.idx1-ubyte",
                                     "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"},
                               Names{"train-images-idx3-ubyte.gz", "train-labels.idx1-ubyte.gz",
                                     "t10k-images.idx3-ubyte.gz", "t10k-labels-idx1-ubyte"});
  write_all(prefix, names);
  const auto split = load_dataset(root());
  REQUIRE(split);
  CHECK(split->train.size() == 3);
  CHECK(split->train.labels == std::vector<std::uint8_t>{1, 2, 9});
  CHECK(split->train.pixels.size() == 12);
  CHECK(split->train.image(2).size() == 4);
  CHECK(split->test.labels == std::vector<std::uint8_t>{0, 4});
  CHECK(split->test.height == 2);
  CHECK(split->test.width == 2);
  CHECK(split->test.classes == 10);
  REQUIRE(split->train.sources.size() == 2);
  CHECK(split->train.sources[0].file == names.train_images);
  CHECK(split->train.sources[0].md5.size() == 32);
  CHECK(split->train.name == "IDX files");
}

TEST_CASE_METHOD(Folder, "load_dataset prefers MNIST/raw, then raw, then the root") {
  write_all("", {});
  write_all("raw/", {});
  write_labels("raw/train-labels-idx1-ubyte", {7, 7, 7});
  CHECK(load_dataset(root())->train.labels[0] == 7);
  write_all("MNIST/raw/", {});
  write_labels("MNIST/raw/train-labels-idx1-ubyte", {5, 5, 5});
  CHECK(load_dataset(root())->train.labels[0] == 5);
}

TEST_CASE_METHOD(Folder, "load_dataset says what it looked for and where") {
  const std::string message = refusal();
  CHECK_THAT(message, Contains("train-images-idx3-ubyte or train-images.idx3-ubyte"));
  CHECK_THAT(message, Contains("t10k-labels-idx1-ubyte or t10k-labels.idx1-ubyte"));
  CHECK_THAT(message, Contains("MNIST/raw, ") && Contains("the four MNIST files") && Contains("\"synth\""));
}

TEST_CASE_METHOD(Folder, "load_dataset looks for nothing in a root that is not there or is a file") {
  const std::string nowhere = load_dataset(folder_.path("nowhere")).error().message;
  CHECK_THAT(nowhere, Contains("nowhere: there is no such file or folder") && Contains("\"synth\""));
  CHECK_THAT(nowhere, !Contains("looked for"));
  write_labels("file", {1, 2});
  const std::string file = load_dataset(folder_.path("file")).error().message;
  CHECK_THAT(file, Contains("file: this file is none") && !Contains("looked for"));
}

TEST_CASE_METHOD(Folder, "load_dataset names the one file that is missing") {
  write_all("raw/", {});
  std::filesystem::remove(folder_.path("raw/t10k-labels-idx1-ubyte"));
  CHECK_THAT(refusal(),
             Contains("raw: t10k-labels-idx1-ubyte or t10k-labels.idx1-ubyte") && Contains("missing"));
}

TEST_CASE_METHOD(Folder, "load_dataset refuses files that do not belong together") {
  write_all("", {});
  SECTION("labels for other images") {
    write_labels("train-labels-idx1-ubyte", {1, 2});
    CHECK_THAT(refusal(), Contains("holds 3 images") && Contains("holds 2 labels"));
  }
  SECTION("another size of test images") {
    write_images("t10k-images-idx3-ubyte", 2, 3);
    CHECK_THAT(refusal(), Contains("training images are 2x2, the test images 2x3"));
  }
  SECTION("a label beyond the classes") {
    write_labels("t10k-labels-idx1-ubyte", {3, 10});
    CHECK_THAT(refusal(), Contains("label 10 found at image 1, labels from 0 to 9 expected"));
    CHECK(load_dataset(root(), 11)->test.classes == 11);
  }
  SECTION("labels in the place of images") {
    write_labels("train-images-idx3-ubyte", std::vector<std::uint8_t>(20));
    CHECK_THAT(refusal(), Contains("holds labels, not images"));
  }
}

TEST_CASE("load_dataset draws digits for the root synth") {
  const auto split = load_dataset("synth:30,20,5");
  REQUIRE(split);
  CHECK(split->train.size() == 30);
  CHECK(split->test.size() == 20);
  CHECK(split->train.name == "synth:30,20,5");
  CHECK(split->train.sources.empty());
  CHECK(split->train.pixels == synth_dataset(30, 5, SynthPart::train).pixels);
  CHECK(load_dataset("synth:10,10")->train.name == "synth:10,10,1");
  CHECK(load_dataset("synth")->train.size() == kSynthTrainImages);
}

TEST_CASE("load_dataset refuses what is no synth request") {
  for (const char* root :
       {"synth:", "synth:10", "synth:10,", "synth:0,5", "synth:5,0", "synth:5,5,5,5", "synth:a,b",
        "synth:-1,5", "synth:5 5", "synth:1000001,5", "synth:5,5,99999999999999999999"}) {
    INFO(root);
    const auto split = load_dataset(root);
    REQUIRE_FALSE(split);
    CHECK_THAT(split.error().message, Contains(root) && Contains("synth:TRAIN,TEST"));
  }
}

TEST_CASE("load_dataset recognises the original MNIST") {
  const char* data = std::getenv("LENTIL_DATA");
  if (data == nullptr) {
    std::cout << "skipped: LENTIL_DATA names no folder with mnist/\n";
    return;
  }
  const auto split = load_dataset((std::filesystem::path(data) / "mnist").string());
  REQUIRE(split);
  CHECK(split->train.name == "MNIST, original");
  CHECK(split->train.size() == 60000);
  CHECK(split->test.size() == 10000);
  CHECK(split->train.image_size() == 784);
  CHECK(split->test.sources[0].md5 == "2646ac647ad5339dbf082846283269ea");
}

TEST_CASE("data sets are joined with their names, if their images are of one kind") {
  const auto first = load_dataset("synth:20,10"), second = load_dataset("synth:30,10,2");
  REQUIRE(first);
  REQUIRE(second);
  const auto both = joined(Dataset(first->train), second->train);
  REQUIRE(both);
  CHECK(both->size() == 50);
  CHECK(both->name == "synth:20,10,1 + synth:30,10,2");
  CHECK(std::ranges::equal(both->image(19), first->train.image(19)));
  CHECK(std::ranges::equal(both->image(20), second->train.image(0)));
  CHECK(both->labels[21] == second->train.labels[1]);

  const Dataset wide{.height = 28, .width = 29, .classes = 10, .name = "wide"};
  const auto refused = joined(Dataset(first->train), wide);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("wide") && Contains("28x29") && Contains("28x28"));
}
