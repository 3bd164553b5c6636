// Pictures in files: read by what they hold, never by the ending of their name.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "formats/host/outcome.h"

namespace lentil::formats {

// A picture beyond one of these is refused before memory is allocated for it.
inline constexpr std::uint32_t kMaxImageSide = 65'535;
inline constexpr std::uint64_t kMaxImageBytes = std::uint64_t{1} << 28;  // decoded
// So many bytes of a file tell what looks_like_image can tell.
inline constexpr std::size_t kImageMagicBytes = 18;

// 8 bits per sample, rows without padding, from the top; neither side is 0 after decoding.
struct Image {
  std::uint32_t width = 0, height = 0;
  std::uint32_t channels = 1;          // 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; alpha is not premultiplied
  std::vector<std::uint8_t> pixels{};  // [height][width][channels]
};

// PNG, JPEG (turned upright as its EXIF orientation says), BMP and PNM (P1 to P7). Wider samples are rounded
// to 8 bits, palettes and CMYK become RGB; gamma and colour profiles are ignored. Damaged and incomplete
// files fail, as do other formats, which are named where they are known. "-" is a file like any other.
Outcome<Image> read_image(const std::string& path);
// The same for a file's bytes; `name` is for messages alone.
Outcome<Image> decode_image(std::span<const std::byte> bytes, const std::string& name);

// Whether a file that begins so is a picture, also one of a format that is known but refused.
bool looks_like_image(std::span<const std::byte> first_bytes);
bool is_image_file(const std::string& path);

// The picture without alpha, laid on white: 1 or 3 channels.
Image on_white(Image image);
// One byte for each pixel: 0.299 R + 0.587 G + 0.114 B, transparent parts on white.
std::vector<std::uint8_t> grey_pixels(const Image& image);

// Neither side may be 0. The same picture gives the same bytes.
std::vector<std::byte> encode_png(const Image& image);
// Replaces the file atomically.
Outcome<std::monostate> write_png(const std::string& path, const Image& image);

}  // namespace lentil::formats
