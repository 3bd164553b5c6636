// Labelled pictures in memory, and the one way to name where they come from.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "formats/host/outcome.h"

namespace lentil::formats {

struct FileHash {
  std::string file;  // the name without its folder
  std::string md5;   // of the contents, unpacked, so that gzip and plain files agree
};

struct Dataset {
  std::uint32_t channels = 1, height = 0, width = 0;
  std::uint32_t classes = 0;
  std::vector<std::uint8_t> pixels{};  // [size()][channels][height][width]
  std::vector<std::uint8_t> labels{};  // each < classes
  std::string name{};                  // "MNIST, original", "synth:60000,10000,1", "IDX files"
  std::vector<FileHash> sources{};     // empty if nothing was read

  std::size_t size() const { return labels.size(); }
  std::size_t image_size() const { return std::size_t{channels} * height * width; }
  std::span<const std::uint8_t> image(std::size_t index) const {
    return std::span(pixels).subspan(index * image_size(), image_size());
  }
};

struct DataSplit {
  Dataset train, test;
};

inline constexpr std::uint32_t kDigitClasses = 10;

// The four MNIST-style files, looked for in ROOT/MNIST/raw, ROOT/raw and ROOT (the first folder that has
// one of them must have all), as train-images-idx3-ubyte or train-images.idx3-ubyte, with .gz or without.
// The root "synth" or "synth:TRAIN,TEST[,SEED]" draws digits instead (a folder of that name is "./synth").
// Labels must be below `classes`; image sizes of both halves must agree.
Outcome<DataSplit> load_dataset(const std::string& root, std::uint32_t classes = kDigitClasses);

// The images of `more` behind those of `images`; name and sources become those of both. A Failure if they
// differ in size or classes.
Outcome<Dataset> joined(Dataset&& images, const Dataset& more);

}  // namespace lentil::formats
