#include "tools/bench_images.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "formats/host/samples.h"
#include "formats/host/synth.h"
#include "tools/machine.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

// Kernels that leave out zeros branch on them: so many that the processor does not know them by heart.
constexpr std::uint32_t kDrawnImages = 512;
constexpr std::size_t kMostImages = 2048;  // of a data set

// The first ones once more behind the last, until there are `count`.
template <class T>
void extend(std::vector<T>& values, std::size_t count) {
  const std::size_t own = values.size();
  for (std::size_t i = 0; own > 0 && values.size() < count; ++i) values.push_back(values[i % own]);
}

}  // namespace

BenchImages::BenchImages(const formats::ModelFile& file, std::uint32_t batch, std::string source)
    : image_(file.input.count()), batch_(batch), source_(std::move(source)) {}

void BenchImages::repeat() {
  extend(pixels_, (count_ + batch_) * image_);
  extend(values_, (count_ + batch_) * image_);
  extend(labels_, count_ + batch_);
}

BenchImages BenchImages::of_file(const formats::ModelFile& file, std::uint32_t batch) {
  if (file.golden.empty() || takes_drawn_digits(file)) return drawn(file, batch);
  BenchImages images(file, batch, "golden samples");
  // A plan takes pixels or floats: those samples that are like the first.
  const bool pixels = !file.golden[0].pixels.empty();
  for (const formats::Sample& sample : file.golden) {
    if (sample.pixels.empty() == pixels) continue;
    images.pixels_.insert(images.pixels_.end(), sample.pixels.begin(), sample.pixels.end());
    images.values_.insert(images.values_.end(), sample.values.begin(), sample.values.end());
    ++images.count_;
  }
  images.repeat();
  return images;
}

BenchImages BenchImages::of_data(const formats::ModelFile& file, std::uint32_t batch,
                                 const formats::Dataset& data, const std::string& part) {
  BenchImages images(file, batch, fmt::format("{} images of {}", part, data.name));
  if (data.size() == 0) fail(fmt::format("{} has no {} images", data.name, part));
  if (data.image_size() != images.image_) {
    fail(fmt::format("{} has images of {} pixels; the network takes {}", data.name, data.image_size(),
                     images.image_));
  }
  images.count_ = std::min(data.size(), kMostImages);
  images.pixels_.assign(data.pixels.begin(),
                        data.pixels.begin() + std::ptrdiff_t(images.count_ * images.image_));
  images.labels_.assign(data.labels.begin(), data.labels.begin() + std::ptrdiff_t(images.count_));
  images.repeat();
  return images;
}

BenchImages BenchImages::drawn(const formats::ModelFile& file, std::uint32_t batch) {
  BenchImages images(file, batch, "drawn digits");
  formats::Dataset digits =
      formats::synth_dataset(kDrawnImages, formats::kSynthSeed, formats::SynthPart::train);
  images.count_ = kDrawnImages;
  images.pixels_ = std::move(digits.pixels);
  extend(images.pixels_, kDrawnImages * images.image_);
  images.pixels_.resize(kDrawnImages * images.image_);
  images.labels_ = std::move(digits.labels);
  const std::size_t outputs = output_count(file.model());
  for (std::uint8_t& label : images.labels_) label = static_cast<std::uint8_t>(label % outputs);
  images.repeat();
  return images;
}

}  // namespace lentil::tools
