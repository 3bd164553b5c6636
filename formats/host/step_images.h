// The images of a training's steps, gathered out of their data set.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "formats/host/augment.h"
#include "formats/host/batches.h"
#include "formats/host/dataset.h"
#include "runtime/parallel.h"

namespace lentil::formats {

// One step's at a time, distorted if there is an augmenter. Borrows the data set and the augmenter.
class StepImages {
 public:
  // Of up to `most` images. `parallel` is for the augmenter.
  StepImages(const Dataset& data, std::size_t most, const Augmenter* augmenter, ParallelFor parallel)
      : data_(data),
        augmenter_(augmenter),
        parallel_(parallel),
        pixels_(most * data.image_size()),
        scratch_(augmenter == nullptr ? 0 : pixels_.size()),
        labels_(most) {}

  void prepare(std::span<const std::uint32_t> indices, std::uint32_t epoch) {
    count_ = indices.size();
    gather(data_, indices, pixels_, labels_);
    if (augmenter_ == nullptr) return;
    const std::size_t size = data_.image_size();
    parallel_(static_cast<std::uint32_t>(count_), [&](std::uint32_t i, std::uint32_t) {
      (*augmenter_)(data_.image(indices[i]), epoch, indices[i], std::span(pixels_).subspan(i * size, size),
                    std::span(scratch_).subspan(i * size, size));
    });
  }
  std::span<const std::uint8_t> pixels() const {
    return std::span(pixels_).first(count_ * data_.image_size());
  }
  std::span<const std::uint8_t> labels() const { return std::span(labels_).first(count_); }

 private:
  const Dataset& data_;
  const Augmenter* augmenter_;
  ParallelFor parallel_;
  std::vector<std::uint8_t> pixels_, scratch_, labels_;
  std::size_t count_ = 0;
};

}  // namespace lentil::formats
