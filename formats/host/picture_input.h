// From pictures in files to what a model wants to see.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "formats/host/dataset.h"
#include "formats/host/image.h"
#include "formats/model_file.h"
#include "runtime/prepare.h"

namespace lentil::formats {

Picture picture_of(const Image& image);  // borrows its pixels

class PictureInput {
 public:
  // As the file's recipe says. A Failure if that cannot be done.
  static Outcome<PictureInput> of(const ModelFile& file);
  PictureInput(const Shape& input, const Recipe& recipe);

  // The picture as it is, at the input's size: nothing is looked for.
  void use_raw() { recipe_ = {.ink = Ink::light, .crop = false}; }
  void use_ink(Ink ink) { recipe_.ink = ink; }

  const Shape& shape() const { return shape_; }  // of a picture, also where the network's input is flat
  // `pixels` has shape().count() values. One call at a time.
  Outcome<Prepared> operator()(const Image& image, std::span<std::uint8_t> pixels) const;

  // For load_dataset: every picture is prepared, those of the input's own size too.
  DatasetRequest request(std::uint32_t classes) const;

  // The images as the network takes them: of a data set whose pictures are what the recipe's first part makes
  // (MNIST's are), the last part is made. Others stay as they are.
  Outcome<Dataset> fit(Dataset&& data) const;

 private:
  Shape shape_;
  Recipe recipe_;
  std::shared_ptr<std::byte[]> memory_;
};

}  // namespace lentil::formats
