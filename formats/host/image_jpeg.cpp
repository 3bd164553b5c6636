// clang-format off: jpeglib.h needs FILE and size_t declared before it
#include <cstdio>
#include <jerror.h>
#include <jpeglib.h>
// clang-format on
#include <array>
#include <csetjmp>
#include <optional>

#include "formats/host/image_decoders.h"

namespace lentil::formats {
namespace {

constexpr int kMostScans = 200;         // progressive files have about ten; each one costs the whole picture
constexpr long kMostMemory = 3l << 28;  // of libjpeg itself: progressive files are kept as coefficients
constexpr unsigned kMarkerLength = 0xffff;  // all of it
constexpr std::uint32_t kCmykChannels = 4;

struct Errors {
  jpeg_error_mgr manager;  // first: libjpeg hands out a pointer to it
  std::jmp_buf escape;
  std::array<char, JMSG_LENGTH_MAX> message;
};

[[noreturn]] void on_error(j_common_ptr jpeg) {
  auto& errors = *reinterpret_cast<Errors*>(jpeg->err);
  errors.manager.format_message(jpeg, errors.message.data());
  std::longjmp(errors.escape, 1);
}

// Nothing of the picture is missing: stray bytes as some cameras leave them, versions and colour
// transforms of other programs.
bool harmless(int code) {
  return code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM;
}

// Other warnings (-1) tell of damage that libjpeg would paint over with grey; the rest is chatter.
void on_message(j_common_ptr jpeg, int level) {
  if (level < 0 && !harmless(jpeg->err->msg_code)) on_error(jpeg);
}

void on_output(j_common_ptr) {}

void limit_scans(j_common_ptr jpeg) {
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number <= kMostScans) return;
  auto& errors = *reinterpret_cast<Errors*>(jpeg->err);
  std::snprintf(errors.message.data(), errors.message.size(), "more than %d scans", kMostScans);
  std::longjmp(errors.escape, 1);
}

class JpegReader {
 public:
  JpegReader() {
    jpeg_.err = jpeg_std_error(&errors_.manager);
    errors_.manager.error_exit = on_error;
    errors_.manager.emit_message = on_message;
    errors_.manager.output_message = on_output;
    progress_.progress_monitor = limit_scans;
  }
  ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  const char* error() const { return errors_.message.data(); }
  std::uint32_t width() const { return jpeg_.image_width; }
  std::uint32_t height() const { return jpeg_.image_height; }

  bool read_header(ImageBytes bytes) {
    return guarded([&] {
      jpeg_create_decompress(&jpeg_);
      jpeg_.mem->max_memory_to_use = kMostMemory;
      jpeg_.progress = &progress_;
      jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
      jpeg_save_markers(&jpeg_, JPEG_APP0 + 1, kMarkerLength);
      jpeg_read_header(&jpeg_, TRUE);
    });
  }

  // Of the picture that read_pixels makes; nothing for colours that nobody knows.
  std::optional<std::uint32_t> channels() const {
    switch (jpeg_.jpeg_color_space) {
      case JCS_GRAYSCALE:
        return 1;
      case JCS_RGB:
      case JCS_YCbCr:
      case JCS_CMYK:
      case JCS_YCCK:
        return 3;
      default:
        return std::nullopt;
    }
  }

  // Known until read_pixels.
  std::uint32_t orientation() const {
    for (auto marker = jpeg_.marker_list; marker != nullptr; marker = marker->next) {
      const std::uint32_t found = exif_orientation({marker->data, marker->data_length});
      if (found != 1) return found;
    }
    return 1;
  }

  bool read_pixels(Image& image) {
    const bool cmyk = jpeg_.jpeg_color_space == JCS_CMYK || jpeg_.jpeg_color_space == JCS_YCCK;
    std::vector<std::uint8_t> inks(cmyk ? std::size_t{image.width} * kCmykChannels : 0);
    return guarded([&] {
      if (jpeg_.num_components > 1) jpeg_.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
      jpeg_start_decompress(&jpeg_);
      std::uint8_t* row = image.pixels.data();
      for (std::uint32_t y = 0; y < image.height; ++y, row += std::size_t{image.width} * image.channels) {
        JSAMPROW target = cmyk ? inks.data() : row;
        jpeg_read_scanlines(&jpeg_, &target, 1);
        if (cmyk) mix(inks, row);
      }
      jpeg_finish_decompress(&jpeg_);
    });
  }

 private:
  // libjpeg leaves by longjmp, which may not pass destructors: `call` has no objects that need one.
  template <class Call>
  bool guarded(const Call& call) {
    if (setjmp(errors_.escape) != 0) return false;
    call();
    return true;
  }

  // Light that inks let through. Files by Adobe hold this light instead of the inks.
  void mix(std::span<const std::uint8_t> inks, std::uint8_t* rgb) const {
    const std::uint32_t flip = jpeg_.saw_Adobe_marker ? 0 : 255;
    for (std::size_t i = 0; i < inks.size(); i += kCmykChannels) {
      const std::uint32_t black = inks[i + 3] ^ flip;
      for (std::size_t c = 0; c < 3; ++c) {
        *rgb++ = static_cast<std::uint8_t>(((inks[i + c] ^ flip) * black + 127) / 255);
      }
    }
  }

  Errors errors_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct jpeg_{};
};

}  // namespace

Outcome<Image> decode_jpeg(ImageBytes bytes, const std::string& name) {
  JpegReader reader;
  const auto damaged = [&] {
    return bad_image(name, "JPEG", "is damaged or incomplete: " + std::string(reader.error()));
  };
  if (!reader.read_header(bytes)) return damaged();
  const auto channels = reader.channels();
  if (!channels) return bad_image(name, "JPEG", "has colours of an unknown kind; convert it to PNG first");
  auto image = blank_image(name, reader.width(), reader.height(), *channels);
  if (!image) return image;
  const std::uint32_t orientation = reader.orientation();
  if (!reader.read_pixels(*image)) return damaged();
  return upright(std::move(*image), orientation);
}

}  // namespace lentil::formats
