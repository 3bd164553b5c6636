#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <optional>

#include "formats/host/image_decoders.h"

namespace lentil::formats {
namespace {

constexpr std::size_t kFileHeader = 14;
constexpr std::uint32_t kCoreHeader = 12;  // of OS/2: 16-bit sizes, palette entries of 3 bytes
constexpr std::uint32_t kInfoHeader = 40;  // of Windows; all longer ones begin with it
constexpr std::uint32_t kMasksInHeader = 52, kAlphaInHeader = 56;  // from these sizes on
constexpr std::uint32_t kMasksAt = 40, kAlphaMaskAt = 52;  // in the header, or right behind a short one
constexpr std::uint32_t kRgb = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kAlphaBitFields = 6;

struct Header {
  std::uint32_t header_bytes = 0, pixels_at = 0;
  std::int64_t width = 0, height = 0;
  bool top_down = false;
  std::uint32_t bits = 0, compression = kRgb;
  std::array<std::uint32_t, 4> masks{};  // red, green, blue, alpha; for 16 and 32 bits
  std::uint32_t palette_at = 0, palette_entries = 0, palette_entry_bytes = 4;
};

// Little-endian numbers; what lies outside of the file reads as 0.
class Numbers {
 public:
  explicit Numbers(ImageBytes bytes) : bytes_(bytes) {}
  std::uint32_t byte(std::size_t at) const {
    return at < bytes_.size() ? std::to_integer<std::uint32_t>(bytes_[at]) : 0;
  }
  std::uint32_t number(std::size_t at, std::uint32_t size) const {
    std::uint32_t value = 0;
    for (std::uint32_t i = 0; i < size; ++i) value |= byte(at + i) << (8 * i);
    return value;
  }

 private:
  ImageBytes bytes_;
};

void read_masks(const Numbers& file, Header& header) {
  if (header.compression == kRgb) {
    header.masks = header.bits == 16 ? std::array{0x7c00u, 0x03e0u, 0x001fu, 0u}
                                     : std::array{0xff0000u, 0x00ff00u, 0x0000ffu, 0u};
    return;
  }
  for (std::size_t i = 0; i < 3; ++i) header.masks[i] = file.number(kFileHeader + kMasksAt + 4 * i, 4);
  const bool has_alpha = header.header_bytes >= kAlphaInHeader || header.compression == kAlphaBitFields;
  if (has_alpha) header.masks[3] = file.number(kFileHeader + kAlphaMaskAt, 4);
}

void read_palette_place(const Numbers& file, Header& header) {
  const bool core = header.header_bytes == kCoreHeader;
  header.palette_at = static_cast<std::uint32_t>(kFileHeader) + header.header_bytes;
  header.palette_entry_bytes = core ? 3 : 4;
  const std::uint32_t all = 1u << header.bits;
  const std::uint32_t stated = core ? 0 : file.number(kFileHeader + 32, 4);
  header.palette_entries = stated == 0 ? all : std::min(stated, all);
}

Header read_header(ImageBytes bytes) {
  const Numbers file(bytes);
  Header header{.header_bytes = file.number(kFileHeader, 4), .pixels_at = file.number(10, 4)};
  if (header.header_bytes == kCoreHeader) {
    header.width = file.number(18, 2);
    header.height = file.number(20, 2);
    header.bits = file.number(24, 2);
  } else {
    header.width = static_cast<std::int32_t>(file.number(18, 4));
    header.height = static_cast<std::int32_t>(file.number(22, 4));
    header.bits = file.number(28, 2);
    header.compression = file.number(30, 4);
  }
  header.top_down = header.height < 0;
  if (header.top_down) header.height = -header.height;
  if (header.bits == 16 || header.bits == 32) read_masks(file, header);
  if (header.bits <= 8) read_palette_place(file, header);
  return header;
}

// A mask must be one run of bits: adding its lowest bit carries through it.
bool usable_mask(std::uint32_t mask) {
  const std::uint64_t wide = mask, lowest = wide & (~wide + 1);
  return std::has_single_bit(wide + lowest);
}

// Why the picture cannot be read; the sizes are not looked at.
std::optional<std::string> problem(const Header& header) {
  if (header.header_bytes != kCoreHeader &&
      (header.header_bytes < kInfoHeader || header.header_bytes > 256)) {
    return "has an unknown header; save it again, as PNG";
  }
  if (header.compression == kRle8 || header.compression == kRle4) {
    return "is compressed (RLE); save it without compression, or as PNG";
  }
  const bool with_masks = header.compression == kBitFields || header.compression == kAlphaBitFields;
  if (header.compression != kRgb && !with_masks) return "is compressed in an unknown way; save it as PNG";
  constexpr std::array<std::uint32_t, 6> kBits{1, 4, 8, 16, 24, 32};
  if (std::ranges::find(kBits, header.bits) == kBits.end()) {
    return "has " + std::to_string(header.bits) + " bits per pixel; 1, 4, 8, 16, 24 and 32 can be read";
  }
  const bool has_masks = header.bits == 16 || header.bits == 32;
  if (with_masks && !has_masks) return "has masks of colours where none belong: it is damaged";
  if (has_masks && !(std::all_of(header.masks.begin(), header.masks.begin() + 3, usable_mask) &&
                     (header.masks[3] == 0 || usable_mask(header.masks[3])))) {
    return "has masks of colours that make no sense: it is damaged";
  }
  return std::nullopt;
}

// The bits under a mask, which has some, stretched to 0..255.
std::uint8_t sample(std::uint32_t pixel, std::uint32_t mask) {
  assert(mask != 0);
  const int shift = std::countr_zero(mask);
  const std::uint64_t most = mask >> shift, value = (pixel & mask) >> shift;
  return static_cast<std::uint8_t>((value * 255 + most / 2) / most);
}

class BmpPixels {
 public:
  BmpPixels(ImageBytes bytes, const Header& header) : file_(bytes), header_(header) {}

  // False for a colour that the palette lacks.
  bool read(Image& image) const {
    std::uint8_t* to = image.pixels.data();
    const std::size_t row_bytes = bmp_row_bytes(header_);
    for (std::uint32_t y = 0; y < image.height; ++y) {
      const std::uint32_t stored = header_.top_down ? y : image.height - 1 - y;
      const std::size_t row = header_.pixels_at + stored * row_bytes;
      for (std::uint32_t x = 0; x < image.width; ++x, to += image.channels) {
        if (!pixel(row, x, std::span(to, image.channels))) return false;
      }
    }
    return true;
  }

  static std::size_t bmp_row_bytes(const Header& header) {
    return (static_cast<std::size_t>(header.width) * header.bits + 31) / 32 * 4;
  }

 private:
  bool pixel(std::size_t row, std::uint32_t x, std::span<std::uint8_t> to) const {
    if (header_.bits <= 8) return palette_pixel(row, x, to);
    const std::uint32_t bytes = header_.bits / 8;
    const std::uint32_t value = file_.number(row + std::size_t{x} * bytes, bytes);
    if (header_.bits == 24) {
      for (std::size_t c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>(value >> (16 - 8 * c));
    } else {
      for (std::size_t c = 0; c < to.size(); ++c) to[c] = sample(value, header_.masks[c]);
    }
    return true;
  }

  bool palette_pixel(std::size_t row, std::uint32_t x, std::span<std::uint8_t> to) const {
    const std::uint32_t per_byte = 8 / header_.bits;
    const std::uint32_t shift = 8 - header_.bits * (x % per_byte + 1);
    const std::uint32_t entry = file_.byte(row + x / per_byte) >> shift & ((1u << header_.bits) - 1);
    if (entry >= header_.palette_entries) return false;
    const std::size_t at = header_.palette_at + std::size_t{entry} * header_.palette_entry_bytes;
    for (std::size_t c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>(file_.byte(at + 2 - c));
    return true;
  }

  Numbers file_;
  const Header& header_;
};

// Many programs leave the alpha of every pixel 0 and mean opaque.
void make_opaque_if_invisible(Image& image) {
  if (image.channels != 4) return;
  for (std::size_t i = 3; i < image.pixels.size(); i += 4) {
    if (image.pixels[i] != 0) return;
  }
  for (std::size_t i = 3; i < image.pixels.size(); i += 4) image.pixels[i] = 255;
}

}  // namespace

Outcome<Image> decode_bmp(ImageBytes bytes, const std::string& name) {
  const Header header = read_header(bytes);
  if (const auto what = problem(header)) return bad_image(name, "BMP", *what);
  if (header.width < 0) return bad_image(name, "BMP", "has a negative width: it is damaged");
  const auto width = static_cast<std::uint64_t>(header.width),
             height = static_cast<std::uint64_t>(header.height);
  const std::uint32_t channels = header.masks[3] != 0 ? 4 : 3;
  if (const auto too_large = size_problem(name, width, height, channels)) return *too_large;
  const std::uint64_t palette_bytes = std::uint64_t{header.palette_entries} * header.palette_entry_bytes;
  const std::uint64_t end = header.pixels_at + height * BmpPixels::bmp_row_bytes(header);
  if (end > bytes.size() || header.palette_at + palette_bytes > bytes.size()) {
    return bad_image(name, "BMP",
                     "is incomplete: " + std::to_string(end) + " bytes expected, " +
                         std::to_string(bytes.size()) + " found");
  }
  auto image = blank_image(name, width, height, channels);
  if (!image) return image;
  if (!BmpPixels(bytes, header).read(*image)) {
    return bad_image(name, "BMP", "uses colours that its palette does not have: it is damaged");
  }
  make_opaque_if_invisible(*image);
  return image;
}

}  // namespace lentil::formats
