#include "formats/host/picture_input.h"

#include <utility>

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

Outcome<Dataset> PictureInput::fit(Dataset&& data) const {
  const Shape prepared = prepared_shape(recipe_, shape_), given{data.channels, data.height, data.width};
  const bool as_prepared = given == prepared || given == Shape{1, prepared.height, prepared.width};
  if (!as_prepared || (given == shape_ && !recipe_.fit.threshold)) return std::move(data);
  Dataset fitted = std::move(data);
  const std::vector<std::uint8_t> before =
      std::exchange(fitted.pixels, std::vector<std::uint8_t>(fitted.size() * shape_.count()));
  std::vector<std::byte> memory(std::size_t{given.height} * shape_.width);
  for (std::size_t i = 0; i < fitted.size(); ++i) {
    const Error error =
        fit_picture(std::span(before).subspan(i * given.count(), given.count()), recipe_, shape_, memory,
                    std::span(fitted.pixels).subspan(i * shape_.count(), shape_.count()));
    if (error.status != Status::ok) return Failure{explain(error)};
  }
  fitted.channels = shape_.channels;
  fitted.height = shape_.height;
  fitted.width = shape_.width;
  return fitted;
}

}  // namespace lentil::formats
