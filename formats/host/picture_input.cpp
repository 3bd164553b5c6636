#include "formats/host/picture_input.h"

namespace lentil::formats {

Picture picture_of(const Image& image) {
  return {image.pixels.data(), image.width, image.height, std::size_t{image.width} * image.channels,
          static_cast<PixelFormat>(image.channels)};
}

PictureInput::PictureInput(const Shape& input, const Recipe& recipe)
    : shape_(picture_shape(input)), recipe_(recipe), memory_(new std::byte[kPrepareBytes]) {}

Outcome<PictureInput> PictureInput::of(const ModelFile& file) {
  const auto recipe = recipe_of(file);
  if (!recipe) return Failure{explain(recipe.error())};
  return PictureInput(file.input, *recipe);
}

Outcome<Prepared> PictureInput::operator()(const Image& image, std::span<std::uint8_t> pixels) const {
  const auto prepared = prepare(picture_of(image), recipe_, shape_, {memory_.get(), kPrepareBytes}, pixels);
  if (!prepared) return Failure{explain(prepared.error())};
  return *prepared;
}

DatasetRequest PictureInput::request(std::uint32_t classes) const {
  return {.classes = classes,
          .channels = shape_.channels,
          .height = shape_.height,
          .width = shape_.width,
          .prepare = [input = *this](const Image& image,
                                     std::span<std::uint8_t> pixels) -> Outcome<std::monostate> {
            const auto prepared = input(image, pixels);
            if (!prepared) return prepared.error();
            return std::monostate{};
          }};
}

}  // namespace lentil::formats
