#include <cstring>
#include <string_view>

#include "formats/host/image_decoders.h"

namespace lentil::formats {
namespace {

constexpr std::string_view kExif("Exif\0\0", 6);
constexpr std::size_t kTiffHeader = 8, kEntryBytes = 12;
constexpr std::uint32_t kOrientationTag = 0x0112, kTypeShort = 3;

// Numbers of a TIFF structure; what lies outside of it reads as 0.
class Tiff {
 public:
  explicit Tiff(std::span<const std::uint8_t> bytes) : bytes_(bytes), big_endian_(at(0) == 'M') {}

  std::uint32_t at(std::uint64_t place) const {
    return place < bytes_.size() ? bytes_[static_cast<std::size_t>(place)] : 0;
  }
  std::uint32_t number16(std::uint64_t place) const {
    return big_endian_ ? at(place) << 8 | at(place + 1) : at(place + 1) << 8 | at(place);
  }
  std::uint32_t number32(std::uint64_t place) const {
    const std::uint32_t first = number16(place), second = number16(place + 2);
    return big_endian_ ? first << 16 | second : second << 16 | first;
  }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::span<const std::uint8_t> bytes_;
  bool big_endian_;
};

}  // namespace

std::uint32_t exif_orientation(std::span<const std::uint8_t> app1) {
  if (app1.size() < kExif.size() + kTiffHeader) return 1;
  if (std::memcmp(app1.data(), kExif.data(), kExif.size()) != 0) return 1;
  const Tiff tiff(app1.subspan(kExif.size()));
  const std::uint64_t directory = tiff.number32(4);
  const std::uint32_t entries = tiff.number16(directory);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::uint64_t entry = directory + 2 + std::uint64_t{i} * kEntryBytes;
    if (entry + kEntryBytes > tiff.size()) return 1;
    if (tiff.number16(entry) != kOrientationTag) continue;
    const std::uint32_t orientation = tiff.number16(entry + 8);
    const bool valid = tiff.number16(entry + 2) == kTypeShort && orientation >= 1 && orientation <= 8;
    return valid ? orientation : 1;
  }
  return 1;
}

// An orientation is a transposition or none (5 to 8), then mirrors of the stored picture's two axes.
Image upright(Image image, std::uint32_t orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const bool transposed = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;

  Image turned{.width = transposed ? image.height : image.width,
               .height = transposed ? image.width : image.height,
               .channels = image.channels,
               .pixels = std::vector<std::uint8_t>(image.pixels.size())};
  std::uint8_t* to = turned.pixels.data();
  for (std::uint32_t y = 0; y < turned.height; ++y) {
    for (std::uint32_t x = 0; x < turned.width; ++x, to += image.channels) {
      const std::uint32_t column = transposed ? y : x, row = transposed ? x : y;
      const std::size_t from_x = from_right ? image.width - 1 - column : column;
      const std::size_t from_y = from_bottom ? image.height - 1 - row : row;
      std::memcpy(to, &image.pixels[(from_y * image.width + from_x) * image.channels], image.channels);
    }
  }
  return turned;
}

}  // namespace lentil::formats
