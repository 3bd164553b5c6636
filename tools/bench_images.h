// Pictures for a network that is being timed.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "formats/host/dataset.h"
#include "formats/model_file.h"
#include "runtime/plan.h"

namespace lentil::tools {

class BenchImages {
 public:
  // For a file alone: digits that Lentil draws, where the network takes such pictures; else its golden
  // samples, which are few, or the drawn pixels as they come if it has none.
  static BenchImages of_file(const formats::ModelFile& file, std::uint32_t batch);
  // The first ones of `data`, at most 2,048, with labels. `part` says which half of a data set they are.
  // Stops if the network takes other pictures.
  static BenchImages of_data(const formats::ModelFile& file, std::uint32_t batch,
                             const formats::Dataset& data, const std::string& part);
  // Drawn digits with labels. A network that takes images of another size sees their pixels as they come.
  static BenchImages drawn(const formats::ModelFile& file, std::uint32_t batch);

  InputType type() const { return pixels_.empty() ? InputType::float32 : InputType::uint8; }
  const std::string& source() const { return source_; }  // "drawn digits", "golden samples", ...
  std::size_t count() const { return count_; }           // different ones
  // Of the different ones. Pixels only where type() says so.
  std::span<const std::uint8_t> all_pixels() const { return std::span(pixels_).first(count_ * image_); }
  std::span<const std::uint8_t> all_labels() const { return std::span(labels_).first(count_); }
  std::span<const std::uint8_t> labels(std::size_t call) const { return part(labels_, call, 1); }

  // use(input) with the images of this call, [batch][image]: calls take turns through all that there are.
  template <class Use>
  auto with_input(std::size_t call, Use use) const {
    if (type() == InputType::uint8) return use(part(pixels_, call, image_));
    return use(part(values_, call, image_));
  }

 private:
  BenchImages(const formats::ModelFile& file, std::uint32_t batch, std::string source);
  void repeat();

  template <class T>
  std::span<const T> part(const std::vector<T>& all, std::size_t call, std::size_t size) const {
    return std::span(all).subspan(call * batch_ % count_ * size, batch_ * size);
  }

  std::size_t image_, batch_;
  std::size_t count_ =
      0;  // different ones: as many more follow as a call that begins with the last one needs
  std::vector<std::uint8_t> pixels_, labels_;
  std::vector<float> values_;
  std::string source_;
};

}  // namespace lentil::tools
