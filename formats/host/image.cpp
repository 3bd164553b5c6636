#include "formats/host/image.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <string_view>

#include "formats/host/file_io.h"
#include "formats/host/image_decoders.h"

namespace lentil::formats {
namespace {

using Decode = Outcome<Image> (*)(ImageBytes bytes, const std::string& name);

struct ImageFormat {
  std::string_view name;
  bool (*matches)(std::string_view head);
  Decode decode;  // null: recognised only to be refused by name
};

bool is_bmp(std::string_view head) {
  // Two letters alone are a word like any other; the size of the second header has a zero behind it.
  return head.starts_with("BM") && head.size() >= 18 && head[15] == 0 && head[16] == 0 && head[17] == 0;
}

bool is_pnm(std::string_view head) {
  return head.size() >= 3 && head[0] == 'P' && head[1] >= '1' && head[1] <= '7' &&
         std::string_view(" \t\r\n#").find(head[2]) != std::string_view::npos;
}

bool is_heif(std::string_view head) {
  if (head.size() < 12 || head.substr(4, 4) != "ftyp") return false;
  constexpr std::array<std::string_view, 6> kBrands{"heic", "heix", "hevc", "mif1", "msf1", "avif"};
  return std::ranges::find(kBrands, head.substr(8, 4)) != kBrands.end();
}

constexpr std::array<ImageFormat, 10> kFormats{{
    {"PNG", [](std::string_view head) { return head.starts_with("\x89PNG\r\n\x1a\n"); }, decode_png},
    {"JPEG", [](std::string_view head) { return head.starts_with("\xff\xd8\xff"); }, decode_jpeg},
    {"BMP", is_bmp, decode_bmp},
    {"PNM", is_pnm, decode_pnm},
    {"GIF", [](std::string_view head) { return head.starts_with("GIF8"); }, nullptr},
    {"WebP",
     [](std::string_view head) {
       return head.starts_with("RIFF") && head.size() >= 12 && head.substr(8, 4) == "WEBP";
     },
     nullptr},
    {"HEIC or AVIF", is_heif, nullptr},
    {"TIFF",
     [](std::string_view head) {
       return head.starts_with(std::string_view("II*\0", 4)) ||
              head.starts_with(std::string_view("MM\0*", 4));
     },
     nullptr},
    {"PDF", [](std::string_view head) { return head.starts_with("%PDF-"); }, nullptr},
    {"SVG", [](std::string_view head) { return head.starts_with("<svg") || head.starts_with("<?xml"); },
     nullptr},
}};

const ImageFormat* format_of(ImageBytes bytes) {
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()),
                              std::min(bytes.size(), kImageMagicBytes));
  const auto found = std::ranges::find_if(kFormats, [&](const ImageFormat& f) { return f.matches(head); });
  return found == kFormats.end() ? nullptr : &*found;
}

// The weights of ITU-R BT.601 in 1/65536; they add up to 65536.
std::uint32_t luma(const std::uint8_t* rgb) {
  return (19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2] + 32768u) >> 16;
}

}  // namespace

Failure bad_image(const std::string& name, const std::string& format, const std::string& what) {
  return {name + ": this " + format + " file " + what};
}

std::optional<Failure> size_problem(const std::string& name, std::uint64_t width, std::uint64_t height,
                                    std::uint32_t channels) {
  const std::string size = std::to_string(width) + "x" + std::to_string(height);
  if (width == 0 || height == 0) return Failure{name + ": the picture is empty: its size is " + size};
  if (width > kMaxImageSide || height > kMaxImageSide || width * height * channels > kMaxImageBytes) {
    return Failure{name + ": the picture has " + size + " pixels, more than can be read: sides up to " +
                   std::to_string(kMaxImageSide) + " and " + std::to_string(kMaxImageBytes) +
                   " bytes in memory. Make it smaller first"};
  }
  return std::nullopt;
}

Outcome<Image> blank_image(const std::string& name, std::uint64_t width, std::uint64_t height,
                           std::uint32_t channels) {
  if (const auto problem = size_problem(name, width, height, channels)) return *problem;
  Image image{.width = static_cast<std::uint32_t>(width),
              .height = static_cast<std::uint32_t>(height),
              .channels = channels};
  image.pixels.resize(width * height * channels);
  return image;
}

Outcome<Image> read_image(const std::string& path) {
  const auto bytes = read_file_aligned(path);
  if (!bytes) return bytes.error();
  return decode_image({bytes->data(), bytes->size()}, path);
}

Outcome<Image> decode_image(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.empty()) return Failure{name + ": the file is empty; a picture was expected"};
  const ImageFormat* format = format_of(bytes);
  if (format == nullptr) {
    return Failure{name + ": this is no picture that is known here: PNG, JPEG, BMP and PNM can be read"};
  }
  if (format->decode == nullptr) {
    return bad_image(name, std::string(format->name), "cannot be read; convert it to PNG or JPEG first");
  }
  return format->decode(bytes, name);
}

bool looks_like_image(std::span<const std::byte> first_bytes) { return format_of(first_bytes) != nullptr; }

bool is_image_file(const std::string& path) {
  std::array<char, kImageMagicBytes> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  return looks_like_image(std::as_bytes(std::span(head).first(static_cast<std::size_t>(file.gcount()))));
}

Image on_white(Image image) {
  if (image.channels % 2 != 0) return image;
  const std::uint32_t colors = image.channels - 1;
  Image flat{.width = image.width, .height = image.height, .channels = colors};
  flat.pixels.reserve(image.pixels.size() / image.channels * colors);
  for (std::size_t i = 0; i < image.pixels.size(); i += image.channels) {
    const std::uint32_t alpha = image.pixels[i + colors];
    for (std::size_t c = 0; c < colors; ++c) {
      flat.pixels.push_back(
          static_cast<std::uint8_t>((image.pixels[i + c] * alpha + 255 * (255 - alpha) + 127) / 255));
    }
  }
  return flat;
}

std::vector<std::uint8_t> grey_pixels(const Image& image) {
  if (image.channels == 1) return image.pixels;
  if (image.channels != 3) return grey_pixels(on_white(image));
  std::vector<std::uint8_t> grey(std::size_t{image.width} * image.height);
  for (std::size_t i = 0; i < grey.size(); ++i) {
    grey[i] = static_cast<std::uint8_t>(luma(&image.pixels[3 * i]));
  }
  return grey;
}

}  // namespace lentil::formats
