// Random distortions of training images: a network learns other hands and pens from the same data. Made from
// additions, multiplications, divisions and integers alone, so that every machine gives the same bytes.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "formats/host/augment_options.h"
#include "kernels/philox.h"

namespace lentil::formats {

class Augmenter {
 public:
  // For images [channels][height][width], each of the three at least 1.
  Augmenter(const AugmentOptions& options, std::uint64_t seed, std::uint32_t channels, std::uint32_t height,
            std::uint32_t width);

  // Bytes of an image.
  std::size_t image_size() const { return std::size_t{channels_} * height_ * width_; }

  // Writes the image as epoch `epoch` sees image `index` of the data set: the result depends on these, the
  // seed and the options alone. The three spans are of one image each and do not overlap; `scratch` holds
  // nothing before or after. What comes in from outside repeats the border. May be called from many threads;
  // allocates nothing.
  void operator()(std::span<const std::uint8_t> image, std::uint32_t epoch, std::uint32_t index,
                  std::span<std::uint8_t> out, std::span<std::uint8_t> scratch) const;

 private:
  struct Distortion;  // of one image
  struct Columns;     // the elastic field at some columns
  struct Sources;     // of the pixels in some columns of one row

  Distortion draw(std::uint32_t epoch, std::uint32_t index) const;
  Columns field_of(const Distortion& d, std::uint32_t first) const;
  Sources sources_of(const Distortion& d, const Columns& columns, std::uint32_t y) const;
  // Writes `count` pixels of each plane from `first` on.
  void sample(const Sources& from, float brightness, std::span<const std::uint8_t> image,
              std::span<std::uint8_t> out, std::size_t first, std::uint32_t count) const;
  void warp(const Distortion& d, std::span<const std::uint8_t> image, std::span<std::uint8_t> out) const;

  // The weights of four neighbouring knots of the elastic field in one row or column of pixels.
  struct Spline {
    float weights[4];
    std::uint32_t knot;  // the first of them
  };
  static std::vector<Spline> splines(std::uint32_t pixels, std::uint32_t padded);

  AugmentOptions options_;
  std::uint64_t seed_;
  std::uint32_t channels_, height_, width_;
  std::vector<Spline> across_, down_;
};

}  // namespace lentil::formats
