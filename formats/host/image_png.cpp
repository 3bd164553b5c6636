#include <algorithm>
#include <array>
#include <cassert>
#include <csetjmp>
#include <cstring>
#include <new>
#include <png.h>

#include "formats/host/file_io.h"
#include "formats/host/image.h"
#include "formats/host/image_decoders.h"

namespace lentil::formats {
namespace {

// Deflate cannot shrink data further than this, so a file's size bounds its picture.
constexpr std::uint64_t kMostInflation = 1032;

struct Source {
  ImageBytes rest;
  std::array<char, 120> error{};
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto& source = *static_cast<Source*>(png_get_error_ptr(png));
  std::strncpy(source.error.data(), message, source.error.size() - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp png, png_bytep to, std::size_t size) {
  auto& source = *static_cast<Source*>(png_get_io_ptr(png));
  if (source.rest.size() < size) png_error(png, "it breaks off");
  std::memcpy(to, source.rest.data(), size);
  source.rest = source.rest.subspan(size);
}

class PngReader {
 public:
  explicit PngReader(ImageBytes bytes)
      : source_{.rest = bytes},
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &source_, on_error, on_warning)),
        info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
    png_set_read_fn(png_, &source_, read_bytes);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // ours are checked in blank_image
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  const char* error() const { return source_.error.data(); }
  std::uint32_t width() const { return png_get_image_width(png_, info_); }
  std::uint32_t height() const { return png_get_image_height(png_, info_); }
  std::uint64_t packed_bytes() const { return std::uint64_t{png_get_rowbytes(png_, info_)} * height(); }

  bool read_header() {
    return guarded([this] { png_read_info(png_, info_); });
  }

  // Asks for 8 bits per sample and no palette, and returns how many samples a pixel then has; 0 on failure.
  std::uint32_t expand() {
    const bool done = guarded([this] {
      png_set_expand(png_);
      png_set_scale_16(png_);
      passes_ = png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
    return done ? png_get_channels(png_, info_) : 0;
  }

  bool read_pixels(Image& image) {
    const std::size_t row_bytes = png_get_rowbytes(png_, info_);
    assert(row_bytes * image.height == image.pixels.size());
    return guarded([&] {
      for (int pass = 0; pass < passes_; ++pass) {
        for (std::uint32_t y = 0; y < image.height; ++y) {
          png_read_row(png_, image.pixels.data() + y * row_bytes, nullptr);
        }
      }
      png_read_end(png_, nullptr);
    });
  }

 private:
  // libpng leaves by longjmp, which may not pass destructors: `call` has no objects that need one.
  template <class Call>
  bool guarded(const Call& call) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    call();
    return true;
  }

  Source source_;
  png_structp png_;
  png_infop info_;
  int passes_ = 1;
};

}  // namespace

Outcome<Image> decode_png(ImageBytes bytes, const std::string& name) {
  PngReader reader(bytes);
  const auto damaged = [&] {
    return bad_image(name, "PNG", "is damaged or incomplete: " + std::string(reader.error()));
  };
  if (!reader.read_header()) return damaged();
  // Before expand(), where libpng allocates rows.
  if (const auto problem = size_problem(name, reader.width(), reader.height(), 1)) return *problem;
  if (reader.packed_bytes() > bytes.size() * kMostInflation) {
    return bad_image(name, "PNG", "is incomplete: it is too short for the size of its picture");
  }
  const std::uint32_t channels = reader.expand();
  if (channels == 0) return damaged();
  auto image = blank_image(name, reader.width(), reader.height(), channels);
  if (!image) return image;
  if (!reader.read_pixels(*image)) return damaged();
  return image;
}

std::vector<std::byte> encode_png(const Image& image) {
  assert(image.pixels.size() == std::size_t{image.width} * image.height * image.channels);
  constexpr std::array<png_uint_32, 4> kFormats{PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB,
                                                PNG_FORMAT_RGBA};
  png_image description{};
  description.version = PNG_IMAGE_VERSION;
  description.width = image.width;
  description.height = image.height;
  description.format = kFormats.at(image.channels - 1);
  std::vector<std::byte> bytes(PNG_IMAGE_PNG_SIZE_MAX(description));
  png_alloc_size_t size = bytes.size();
  if (png_image_write_to_memory(&description, bytes.data(), &size, 0, image.pixels.data(), 0, nullptr) == 0) {
    throw std::bad_alloc();  // the sizes are right, so nothing else can have failed
  }
  bytes.resize(size);
  return bytes;
}

Outcome<std::monostate> write_png(const std::string& path, const Image& image) {
  return write_file_atomically(path, encode_png(image));
}

}  // namespace lentil::formats
