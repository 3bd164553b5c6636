#include "formats/host/dataset_npz.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <limits>
#include <map>

#include "formats/host/npy.h"
#include "formats/host/npz.h"
#include "tests/support/temporary_folder.h"

using namespace lentil::formats;
using Catch::Contains;
using Pixels = std::vector<std::uint8_t>;
using Sizes = std::vector<std::int64_t>;

namespace {

class Archive {
 protected:
  template <class T>
  void add(const std::string& name, std::vector<T> values, const Sizes& sizes) {
    arrays_[name] = write_npy(Tensor<T>(std::move(values), sizes).view());
  }
  // 14 images of 2 x 2, each full of its number, with labels 0 to 6 twice.
  void add_part(const std::string& images, const std::string& labels) {
    Pixels pixels, classes;
    for (std::uint8_t i = 0; i < 14; ++i) {
      pixels.insert(pixels.end(), 4, i);
      classes.push_back(i % 7);
    }
    add(images, pixels, {14, 2, 2});
    add(labels, classes, {14});
  }
  std::string save() const {
    std::vector<NpzMember> members;
    for (const auto& [name, npy] : arrays_) members.push_back({name, npy});
    const std::string path = folder_.path("data.npz");
    REQUIRE(save_npz(path, members));
    return path;
  }
  DataSplit load() const {
    auto split = load_dataset(save());
    if (!split) FAIL(split.error().message);
    return std::move(*split);
  }
  std::string refusal(std::uint32_t classes = kDigitClasses) const {
    const auto split = load_npz_dataset(save(), classes);
    REQUIRE_FALSE(split);
    CHECK_THAT(split.error().message, Contains("data.npz"));
    return split.error().message;
  }

  lentil::test::TemporaryFolder folder_;
  std::map<std::string, std::vector<std::byte>> arrays_;
};

}  // namespace

TEST_CASE_METHOD(Archive, "an archive with two parts is a data set, under the names of Keras and others") {
  const bool keras = GENERATE(true, false);
  add_part(keras ? "x_train" : "train_images", keras ? "y_train" : "train_labels");
  add(keras ? "x_test" : "test_images", Pixels{9, 8, 7, 6}, {1, 2, 2});
  add(keras ? "y_test" : "test_labels", std::vector<std::int64_t>{3}, {1, 1});
  const DataSplit split = load();
  CHECK(split.train.size() == 14);
  CHECK(split.train.image(13)[3] == 13);
  CHECK(split.test.pixels == Pixels{9, 8, 7, 6});
  CHECK(split.test.labels == Pixels{3});
  CHECK(split.train.classes == 10);
  CHECK(split.train.name == "NumPy archive");
  REQUIRE(split.test.sources.size() == 1);
  CHECK(split.test.sources[0].file == "data.npz");
  CHECK(split.test.sources[0].md5.size() == 32);
}

TEST_CASE_METHOD(Archive, "of an archive with one part an image in six becomes the test") {
  const auto [images, labels] = GENERATE(std::pair("images", "labels"), std::pair("X", "y"),
                                         std::pair("data", "target"), std::pair("Data", "Labels"));
  add_part(images, labels);
  const DataSplit split = load();
  CHECK(split.train.size() == 12);
  CHECK(split.test.size() == 2);
  for (const Dataset* part : {&split.train, &split.test})
    for (std::size_t i = 0; i < part->size(); ++i) CHECK(part->image(i)[0] % 7 == part->labels[i]);
}

TEST_CASE_METHOD(Archive, "images of every layout become [N][C][H][W]") {
  add("labels", Pixels{1, 2}, {2});
  const auto first = [&](const Sizes& sizes) {
    std::size_t count = 1;
    for (const std::int64_t size : sizes) count *= static_cast<std::size_t>(size);
    Pixels pixels(count);
    for (std::size_t i = 0; i < count; ++i) pixels[i] = static_cast<std::uint8_t>(i % (count / 2));
    add("images", pixels, sizes);
    const DataSplit split = load();
    return split.train;
  };
  CHECK(first({2, 9}).height == 3);
  CHECK(first({2, 3, 5}).width == 5);
  CHECK(first({2, 3, 5, 6}).channels == 3);
  const Dataset last = first({2, 5, 6, 3});
  CHECK(last.channels == 3);
  CHECK(last.height == 5);
  CHECK(last.pixels[1] == 3);
  CHECK(last.pixels[30] == 1);
}

TEST_CASE_METHOD(Archive, "fractions and truth values are brought to 0..255, whole floats are pixels") {
  add("labels", Pixels{1, 2}, {2});
  add("images", std::vector<float>{0, 0.5f, 1, 0.1f, 0, 0.5f, 1, 0.1f}, {2, 2, 2});
  CHECK(load().train.pixels == Pixels{0, 128, 255, 26});
  add("images", std::vector<float>{0, 2, 255, 7, 0, 2, 255, 7}, {2, 2, 2});
  CHECK(load().train.pixels == Pixels{0, 2, 255, 7});
  const bool bits[] = {true, false, false, true, true, false, false, true};
  arrays_["images"] = write_npy(lentil::TensorView<const bool>(bits, *lentil::row_major({2, 2, 2})));
  CHECK(load().train.pixels == Pixels{255, 0, 0, 255});
}

TEST_CASE_METHOD(Archive, "an archive that is no data set is refused with the reason") {
  add_part("images", "classes");
  CHECK_THAT(refusal(), Contains("classes, images") && Contains("x_train"));
  add_part("images", "labels");
  CHECK_THAT(refusal(5), Contains("'labels'") && Contains("label 5 found at image 5"));
  add("labels", std::vector<float>{0.5f}, {1});
  CHECK_THAT(refusal(), Contains("'labels'") && Contains("element 0"));
  add("labels", Pixels{1}, {1});
  CHECK_THAT(refusal(), Contains("1 labels for 14 images"));
  add("labels", Pixels(28), {14, 2});
  CHECK_THAT(refusal(), Contains("labels are [N]") && Contains("[14][2]"));
  add("labels", std::vector<std::int32_t>(14, -1), {14});
  CHECK_THAT(refusal(), Contains("label -1"));
  add("images", Pixels(14 * 8), {14, 8});
  CHECK_THAT(refusal(), Contains("flat and square") && Contains("[14][8]"));
  add("images", Pixels{}, {0, 2, 2});
  CHECK_THAT(refusal(), Contains("no image"));
  add("images", std::vector<float>(14 * 4, -0.4f), {14, 2, 2});
  CHECK_THAT(refusal(), Contains("normalized"));
  add("images", std::vector<float>(14 * 4, std::numeric_limits<float>::quiet_NaN()), {14, 2, 2});
  CHECK_THAT(refusal(), Contains("normalized"));
  add("images", std::vector<std::int32_t>(14 * 4, 256), {14, 2, 2});
  CHECK_THAT(refusal(), Contains("'images'") && Contains("element 0"));
  add("images", Pixels(4), {1, 2, 2});
  add("labels", Pixels(1), {1});
  const auto split = load_dataset(save());
  REQUIRE_FALSE(split);
  CHECK_THAT(split.error().message, Contains("NumPy archive: one image is too few"));
}

TEST_CASE_METHOD(Archive, "two parts of different sizes are refused") {
  add_part("x_train", "y_train");
  add("x_test", Pixels(9), {1, 3, 3});
  add("y_test", Pixels{3}, {1});
  CHECK_THAT(refusal(), Contains("different sizes"));
}

TEST_CASE_METHOD(Archive, "an archive is known by its ending or its first bytes") {
  add_part("images", "labels");
  const std::string path = save(), other = folder_.path("renamed");
  CHECK(is_npz_file(path));
  std::filesystem::rename(path, other);
  CHECK(is_npz_file(other));
  CHECK(load_dataset(other));
  CHECK_FALSE(is_npz_file(path));
  CHECK_FALSE(is_npz_file(folder_.path("")));
  std::ofstream(folder_.path("text")) << "PK";
  CHECK_FALSE(is_npz_file(folder_.path("text")));
}
