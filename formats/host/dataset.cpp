#include "formats/host/dataset.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "formats/host/dataset_csv.h"
#include "formats/host/dataset_folder.h"
#include "formats/host/dataset_npz.h"
#include "formats/host/idx.h"
#include "formats/host/synth.h"

namespace lentil::formats {
namespace {

namespace fs = std::filesystem;

// The contents of the original files, in the order train images, train labels, test images, test labels.
constexpr std::array<std::string_view, 4> kMnistMd5{
    "6bbc9ace898e44ae57da46a324031adb", "a25bea736e30d166cdddb491f175f624",
    "2646ac647ad5339dbf082846283269ea", "27ae3e4e09519cfbb04c329615203637"};

struct FileName {
  std::string_view stem, ending;
};
constexpr FileName kTrainImages{"train-images", "idx3-ubyte"}, kTrainLabels{"train-labels", "idx1-ubyte"};
constexpr FileName kTestImages{"t10k-images", "idx3-ubyte"}, kTestLabels{"t10k-labels", "idx1-ubyte"};

std::string both_spellings(const FileName& name) {
  const std::string stem(name.stem), ending(name.ending);
  return stem + "-" + ending + " or " + stem + "." + ending;
}

std::optional<fs::path> find_file(const fs::path& folder, const FileName& name) {
  for (const char separator : {'-', '.'}) {
    for (const char* packed : {"", ".gz"}) {
      fs::path path = folder / (std::string(name.stem) + separator + std::string(name.ending) + packed);
      std::error_code error;
      if (fs::exists(path, error)) return path;
    }
  }
  return std::nullopt;
}

Outcome<Dataset> read_half(const fs::path& images_path, const fs::path& labels_path, std::uint32_t classes) {
  auto images = read_idx_images(images_path.string());
  if (!images) return images.error();
  auto labels = read_idx_labels(labels_path.string());
  if (!labels) return labels.error();
  if (labels->labels.size() != images->count) {
    return Failure{images_path.string() + " holds " + std::to_string(images->count) + " images, but " +
                   labels_path.filename().string() + " holds " + std::to_string(labels->labels.size()) +
                   " labels: the two files do not belong together"};
  }
  const auto wrong = std::find_if(labels->labels.begin(), labels->labels.end(),
                                  [&](std::uint8_t label) { return label >= classes; });
  if (wrong != labels->labels.end()) {
    return Failure{labels_path.string() + ": label " + std::to_string(*wrong) + " found at image " +
                   std::to_string(wrong - labels->labels.begin()) + ", labels from 0 to " +
                   std::to_string(classes - 1) + " expected"};
  }
  return Dataset{.channels = 1,
                 .height = images->height,
                 .width = images->width,
                 .classes = classes,
                 .pixels = std::move(images->pixels),
                 .labels = std::move(labels->labels),
                 .name = "IDX files",
                 .sources = {{images_path.filename().string(), std::move(images->md5)},
                             {labels_path.filename().string(), std::move(labels->md5)}}};
}

void name_known_files(DataSplit& split) {
  const bool known = split.train.sources[0].md5 == kMnistMd5[0] &&
                     split.train.sources[1].md5 == kMnistMd5[1] &&
                     split.test.sources[0].md5 == kMnistMd5[2] && split.test.sources[1].md5 == kMnistMd5[3];
  if (known) split.train.name = split.test.name = "MNIST, original";
}

constexpr std::string_view kWhatToDo =
    "Name the folder that holds the four MNIST files (where they are published, or where another toolkit has "
    "downloaded them), a CSV file, a NumPy archive (.npz) or a folder of pictures, or use \"synth\" for "
    "drawn digits, which need no files.";

Failure nothing_found(const std::string& root, std::span<const fs::path> folders) {
  std::error_code error;
  std::string message = "no data set found at " + root + ": ";
  if (!fs::exists(root, error))
    return {message + "there is no such file or folder. " + std::string(kWhatToDo)};
  if (!fs::is_directory(root, error)) return {message + "this file is none. " + std::string(kWhatToDo)};
  message += "looked for " + both_spellings(kTrainImages) + ", " + both_spellings(kTrainLabels) + ", " +
             both_spellings(kTestImages) + ", " + both_spellings(kTestLabels) +
             " (each with or without .gz) in ";
  for (const fs::path& folder : folders)
    message += folder.string() + (&folder == &folders.back() ? "" : ", ");
  message += ", for train.csv, and for folders of pictures, one per class. " + std::string(kWhatToDo);
  return {message};
}

Outcome<DataSplit> load_folder(const fs::path& folder, std::uint32_t classes) {
  std::array<fs::path, 4> paths;
  const std::array names{kTrainImages, kTrainLabels, kTestImages, kTestLabels};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto path = find_file(folder, names[i]);
    if (!path) {
      return Failure{folder.string() + ": " + both_spellings(names[i]) +
                     " (with or without .gz) is missing; the four MNIST files must lie in one folder"};
    }
    paths[i] = *path;
  }
  auto train = read_half(paths[0], paths[1], classes);
  if (!train) return train.error();
  auto test = read_half(paths[2], paths[3], classes);
  if (!test) return test.error();
  if (train->height != test->height || train->width != test->width) {
    const auto size = [](const Dataset& set) {
      return std::to_string(set.height) + "x" + std::to_string(set.width);
    };
    return Failure{folder.string() + ": the training images are " + size(*train) + ", the test images " +
                   size(*test) + ": the files do not belong together"};
  }
  DataSplit split{std::move(*train), std::move(*test)};
  name_known_files(split);
  return split;
}

// The numbers of "TRAIN,TEST[,SEED]", each within its limit; nothing if the text is anything else.
std::optional<std::vector<std::uint64_t>> parse_numbers(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  while (true) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    numbers.push_back(value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return numbers;
    if (text.front() != ',') return std::nullopt;
    text.remove_prefix(1);
  }
}

Outcome<DataSplit> draw_split(std::string_view root) {
  std::vector<std::uint64_t> numbers{kSynthTrainImages, kSynthTestImages};
  if (const std::size_t colon = root.find(':'); colon != std::string_view::npos) {
    const auto given = parse_numbers(root.substr(colon + 1));
    const auto usable = [](std::uint64_t count) { return count > 0 && count <= kMaxSynthImages; };
    if (!given || given->size() < 2 || given->size() > 3 || !usable((*given)[0]) || !usable((*given)[1])) {
      return Failure{std::string(root) +
                     ": expected synth:TRAIN,TEST or synth:TRAIN,TEST,SEED with counts from 1 to " +
                     std::to_string(kMaxSynthImages) + ", such as synth:60000,10000,1"};
    }
    numbers = *given;
  }
  const std::uint64_t seed = numbers.size() == 3 ? numbers[2] : kSynthSeed;
  return synth_split(static_cast<std::uint32_t>(numbers[0]), static_cast<std::uint32_t>(numbers[1]), seed);
}

}  // namespace

Outcome<DataSplit> load_dataset(const std::string& root, const DatasetRequest& request) {
  if (root == "synth" || root.starts_with("synth:")) return draw_split(root);
  if (is_npz_file(root)) return load_npz_dataset(root, request.classes);
  const std::array folders{fs::path(root) / "MNIST" / "raw", fs::path(root) / "raw", fs::path(root)};
  for (const fs::path& folder : folders) {
    for (const FileName& name : {kTrainImages, kTrainLabels, kTestImages, kTestLabels}) {
      if (find_file(folder, name)) return load_folder(folder, request.classes);
    }
  }
  if (auto csv = load_csv(root, request)) return std::move(*csv);
  if (auto pictures = load_picture_folders(root, request)) return std::move(*pictures);
  return nothing_found(root, folders);
}

Outcome<DataSplit> load_dataset(const std::string& root, std::uint32_t classes) {
  return load_dataset(root, DatasetRequest{.classes = classes, .height = 0, .width = 0});
}

Outcome<Dataset> joined(Dataset&& images, const Dataset& more) {
  const auto kind = [](const Dataset& set) {
    return std::to_string(set.channels) + "x" + std::to_string(set.height) + "x" + std::to_string(set.width) +
           " in " + std::to_string(set.classes) + " classes";
  };
  if (kind(images) != kind(more)) {
    return Failure{more.name + " has images of " + kind(more) + ", " + images.name + " of " + kind(images) +
                   ": they cannot be mixed"};
  }
  Dataset all = std::move(images);
  all.pixels.insert(all.pixels.end(), more.pixels.begin(), more.pixels.end());
  all.labels.insert(all.labels.end(), more.labels.begin(), more.labels.end());
  all.sources.insert(all.sources.end(), more.sources.begin(), more.sources.end());
  all.name += " + " + more.name;
  return all;
}

}  // namespace lentil::formats
