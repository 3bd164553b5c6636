// Labelled pictures in memory, and the one way to name where they come from.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "formats/host/image.h"
#include "formats/host/outcome.h"

namespace lentil::formats {

struct FileHash {
  std::string file;  // the name without its folder; "pictures" for many files together
  std::string md5;   // of the contents, unpacked, so that gzip and plain files agree
};

struct Dataset {
  std::uint32_t channels = 1, height = 0, width = 0;
  std::uint32_t classes = 0;
  std::vector<std::uint8_t> pixels{};      // [size()][channels][height][width]
  std::vector<std::uint8_t> labels{};      // each < classes
  std::string name{};                      // "MNIST, original", "synth:60000,10000,1", "IDX files"
  std::vector<FileHash> sources{};         // of data set files; empty for drawn digits
  std::vector<std::string> class_names{};  // by label; empty if the classes are numbers
  std::vector<std::string> pictures{};     // the image's file, by index; empty if they come from one file

  std::size_t size() const { return labels.size(); }
  std::size_t image_size() const { return std::size_t{channels} * height * width; }
  std::span<const std::uint8_t> image(std::size_t index) const {
    return std::span(pixels).subspan(index * image_size(), image_size());
  }
};

struct DataSplit {
  Dataset train, test;
  std::vector<std::string> notes{};  // sentences on what was left out
};

inline constexpr std::uint32_t kDigitClasses = 10;

// Turns a picture of any size into pixels of the network's input: [channels][height][width].
using PreparePicture =
    std::function<Outcome<std::monostate>(const Image& image, std::span<std::uint8_t> pixels)>;

struct DatasetRequest {
  std::uint32_t classes = kDigitClasses;
  std::uint32_t channels = 1, height = 28, width = 28;  // of single pictures; 0x0: as the first one
  PreparePicture prepare{};                             // without it pictures must have that size
};

// Where no test set is given, one image in so many is held out for it, the same ones each time.
inline constexpr std::uint32_t kHeldOutOneIn = 6;
inline constexpr std::uint64_t kHeldOutSeed = 1;

// What lies at ROOT, looked for in this order:
// - The four MNIST-style files in ROOT/MNIST/raw, ROOT/raw or ROOT (the first folder that has one of them
// must
//   have all), as train-images-idx3-ubyte or train-images.idx3-ubyte, with .gz or without. Image sizes of
//   both halves must agree; they are not held against the request.
// - CSV: a file ROOT, or train.csv and test.csv (mnist_train.csv, mnist_test.csv) in ROOT; see dataset_csv.h.
// - A NumPy archive (.npz); see dataset_npz.h.
// - Pictures in a folder per class; see dataset_folder.h.
// The root "synth" or "synth:TRAIN,TEST[,SEED]" draws digits instead (a folder of that name is "./synth").
// Labels must be below `classes`.
Outcome<DataSplit> load_dataset(const std::string& root, const DatasetRequest& request);
// Pictures have the size of the first one.
Outcome<DataSplit> load_dataset(const std::string& root, std::uint32_t classes = kDigitClasses);

// The images of `more` behind those of `images`; name and sources become those of both. A Failure if they
// differ in size or classes.
Outcome<Dataset> joined(Dataset&& images, const Dataset& more);

}  // namespace lentil::formats
