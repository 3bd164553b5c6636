#include "formats/host/dataset_npz.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string_view>

#include "formats/host/dataset_pictures.h"
#include "formats/host/file_io.h"
#include "formats/host/md5.h"
#include "formats/host/npy.h"
#include "formats/host/npz.h"

namespace lentil::formats {
namespace {

constexpr std::int64_t kMostChannels = 4;
constexpr std::string_view kZipMagic = "PK\x03\x04";

struct Keys {
  std::string_view images, labels;
};
struct TwoParts {
  Keys train, test;
};
constexpr std::array kTwoParts{TwoParts{{"x_train", "y_train"}, {"x_test", "y_test"}},
                               TwoParts{{"train_images", "train_labels"}, {"test_images", "test_labels"}}};
constexpr std::array kOnePart{Keys{"images", "labels"}, Keys{"x", "y"}, Keys{"data", "target"},
                              Keys{"data", "labels"}};

// The archive's own spelling of a key.
std::optional<std::string> spelled(std::span<const std::string> names, std::string_view key) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  for (const std::string& name : names)
    if (std::ranges::equal(name, key, same)) return name;
  return std::nullopt;
}
bool holds(std::span<const std::string> names, const Keys& keys) {
  return spelled(names, keys.images) && spelled(names, keys.labels);
}

std::string sizes_text(std::span<const std::int64_t> sizes) {
  std::string text;
  for (const std::int64_t size : sizes) text += "[" + std::to_string(size) + "]";
  return text.empty() ? "a single number" : text;
}

// Images of any layout as [N][C][H][W].
template <class T>
std::optional<TensorView<T>> as_images(const TensorView<T>& t) {
  const auto found = [](const Result<TensorView<T>>& view) {
    return view ? std::optional(*view) : std::nullopt;
  };
  if (t.rank() == 3) return found(t.unsqueeze(1));
  if (t.rank() == 4 && t.size(1) <= kMostChannels) return t;
  if (t.rank() == 4 && t.size(3) <= kMostChannels) return found(t.permute({0, 3, 1, 2}));
  if (t.rank() != 2) return std::nullopt;
  const auto side = std::llround(std::sqrt(static_cast<double>(t.size(1))));
  if (side * side != t.size(1)) return std::nullopt;
  return found(t.reshape({-1, 1, side, side}));
}

// As pixels, or why they are none.
Outcome<Tensor<std::uint8_t>> read_pixels(std::span<const std::byte> npy) {
  const auto header = parse_npy(npy);
  if (!header) return header.error();
  const bool floats = header->dtype == Dtype::f2 || header->dtype == Dtype::f4 || header->dtype == Dtype::f8;
  if (!floats && header->dtype != Dtype::b1) return read_npy<std::uint8_t>(npy);

  const auto values = read_npy<float>(npy);
  if (!values) return values.error();
  const std::span<const float> numbers = values->values();
  // Written so that a NaN is outside.
  const bool fractions = std::ranges::all_of(numbers, [](float x) { return x >= 0 && x <= 1; });
  if (!fractions) {
    auto pixels = read_npy<std::uint8_t>(npy);
    if (pixels) return pixels;
    return Failure{
        "its values are neither whole numbers from 0 to 255 nor fractions from 0 to 1: save the pixels, not "
        "what was normalized from them"};
  }
  Tensor<std::uint8_t> pixels(values->sizes());
  std::ranges::transform(numbers, pixels.values().begin(),
                         [](float x) { return static_cast<std::uint8_t>(std::lround(x * 255)); });
  return pixels;
}

class Loader {
 public:
  Loader(const NpzReader& npz, const std::string& path, std::uint32_t classes)
      : npz_(npz), path_(path), classes_(classes) {}

  Outcome<Dataset> load(const Keys& keys) const {
    Dataset data{.classes = classes_, .name = "NumPy archive"};
    if (auto failed = load_images(*spelled(npz_.names(), keys.images), data)) return *failed;
    if (auto failed = load_labels(*spelled(npz_.names(), keys.labels), data)) return *failed;
    return data;
  }

 private:
  Failure failure(const std::string& name, const std::string& why) const {
    return {path_ + ": array '" + name + "': " + why};
  }

  std::optional<Failure> load_images(const std::string& name, Dataset& data) const {
    const auto npy = npz_.read(name);
    if (!npy) return npy.error();
    auto pixels = read_pixels(*npy);
    if (!pixels) return failure(name, pixels.error().message);
    const auto images = as_images(pixels->view());
    if (!images) {
      return failure(name,
                     "images are [N][H][W], [N][C][H][W], [N][H][W][C] or flat and square, and these are " +
                         sizes_text(pixels->sizes()));
    }
    constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
    if (images->count() == 0 || images->size(0) > kMost || images->count() / images->size(0) > kMost) {
      return failure(name, "no image, or too many: it is " + sizes_text(pixels->sizes()));
    }
    data.channels = static_cast<std::uint32_t>(images->size(1));
    data.height = static_cast<std::uint32_t>(images->size(2));
    data.width = static_cast<std::uint32_t>(images->size(3));
    data.labels.resize(static_cast<std::size_t>(images->size(0)));
    data.pixels.reserve(static_cast<std::size_t>(images->count()));
    for_each(*images, [&](std::uint8_t pixel) { data.pixels.push_back(pixel); });
    return std::nullopt;
  }

  std::optional<Failure> load_labels(const std::string& name, Dataset& data) const {
    const auto npy = npz_.read(name);
    if (!npy) return npy.error();
    const auto labels = read_npy<std::int64_t>(*npy);
    if (!labels) return failure(name, labels.error().message);
    const auto sizes = labels->sizes();
    const bool listed = sizes.size() == 1 || (sizes.size() == 2 && sizes[1] == 1);
    if (!listed) return failure(name, "labels are [N] whole numbers, and these are " + sizes_text(sizes));
    const auto values = labels->values();
    if (values.size() != data.size()) {
      return failure(name, "it holds " + std::to_string(values.size()) + " labels for " +
                               std::to_string(data.size()) + " images");
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] < 0 || values[i] >= classes_ || values[i] > std::numeric_limits<std::uint8_t>::max()) {
        return failure(name, "label " + std::to_string(values[i]) + " found at image " + std::to_string(i) +
                                 ", labels from 0 to " + std::to_string(classes_ - 1) + " expected");
      }
      data.labels[i] = static_cast<std::uint8_t>(values[i]);
    }
    return std::nullopt;
  }

  const NpzReader& npz_;
  const std::string& path_;
  std::uint32_t classes_;
};

Outcome<DataSplit> load_two_parts(const Loader& loader, const TwoParts& keys, const std::string& path) {
  auto train = loader.load(keys.train);
  if (!train) return train.error();
  auto test = loader.load(keys.test);
  if (!test) return test.error();
  const auto size = [](const Dataset& data) { return std::array{data.channels, data.height, data.width}; };
  if (size(*train) != size(*test)) {
    return Failure{path + ": the images of its two parts have different sizes"};
  }
  return DataSplit{std::move(*train), std::move(*test)};
}

Outcome<DataSplit> load_one_part(const Loader& loader, const Keys& keys) {
  auto data = loader.load(keys);
  if (!data) return data.error();
  return hold_out_test(std::move(*data));
}

Outcome<DataSplit> load_parts(const NpzReader& npz, const std::string& path, std::uint32_t classes) {
  const Loader loader(npz, path, classes);
  for (const TwoParts& keys : kTwoParts)
    if (holds(npz.names(), keys.train) && holds(npz.names(), keys.test))
      return load_two_parts(loader, keys, path);
  for (const Keys& keys : kOnePart)
    if (holds(npz.names(), keys)) return load_one_part(loader, keys);
  std::string found;
  for (const std::string& name : npz.names()) found += (found.empty() ? "" : ", ") + name;
  return Failure{path + ": no images with labels among its arrays (" + found +
                 "): name them x_train, y_train, x_test and y_test, or images and labels"};
}

}  // namespace

bool names_images_and_labels(std::span<const std::string> names) {
  const auto held = [&](const Keys& keys) { return holds(names, keys); };
  return std::ranges::any_of(kOnePart, held) || std::ranges::any_of(kTwoParts, held, &TwoParts::train);
}

bool is_npz_file(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  if (path.ends_with(".npz")) return true;
  std::array<char, kZipMagic.size()> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  return std::string_view(start.data(), start.size()) == kZipMagic;
}

Outcome<DataSplit> load_npz_dataset(const std::string& path, std::uint32_t classes) {
  auto bytes = read_file_aligned(path);
  if (!bytes) return bytes.error();
  const std::span contents(reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size());
  const FileHash source{std::filesystem::path(path).filename().string(), md5_hex({contents})};
  const auto npz = NpzReader::from_bytes(std::move(*bytes), path);
  if (!npz) return npz.error();
  auto split = load_parts(*npz, path, classes);
  if (split) split->train.sources = split->test.sources = {source};
  return split;
}

}  // namespace lentil::formats
