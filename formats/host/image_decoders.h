// What the readers of the single formats share. Internal to image*.cpp.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "formats/host/image.h"

namespace lentil::formats {

using ImageBytes = std::span<const std::byte>;

// `name` is that of the picture, for messages.
Outcome<Image> decode_png(ImageBytes bytes, const std::string& name);
Outcome<Image> decode_jpeg(ImageBytes bytes, const std::string& name);
Outcome<Image> decode_bmp(ImageBytes bytes, const std::string& name);
Outcome<Image> decode_pnm(ImageBytes bytes, const std::string& name);

// The end of the sentence "NAME: this FORMAT file ...".
Failure bad_image(const std::string& name, const std::string& format, const std::string& what);

// Why such a picture is not read: it is empty or beyond a limit.
std::optional<Failure> size_problem(const std::string& name, std::uint64_t width, std::uint64_t height,
                                    std::uint32_t channels);
// All pixels 0. Fails where there is a size_problem, before it allocates.
Outcome<Image> blank_image(const std::string& name, std::uint64_t width, std::uint64_t height,
                           std::uint32_t channels);

// From 1 (upright) to 8, as in the Exif data of a JPEG's APP1 marker; 1 if they hold none or make no sense.
std::uint32_t exif_orientation(std::span<const std::uint8_t> app1);
// The picture as it is to be seen.
Image upright(Image image, std::uint32_t orientation);

}  // namespace lentil::formats
