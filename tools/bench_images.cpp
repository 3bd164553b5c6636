#include "tools/bench_images.h"

#include <utility>

#include "formats/host/synth.h"
#include "tools/machine.h"

namespace lentil::tools {
namespace {

constexpr std::uint32_t kDrawnImages = 512;  // enough that no branch of the processor knows them by heart

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
  if (file.golden.empty()) return drawn(file, batch);
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
