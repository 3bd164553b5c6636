#include <algorithm>
#include <optional>
#include <string_view>

#include "formats/host/image_decoders.h"

namespace lentil::formats {
namespace {

constexpr std::uint32_t kMostValue = 65'535;  // of a sample

struct Header {
  char kind = 0;  // the digit behind the P
  std::uint32_t width = 0, height = 0, channels = 1, most = 1;

  bool ascii() const { return kind <= '3'; }
  bool bitmap() const { return kind == '1' || kind == '4'; }
  std::uint64_t samples() const { return std::uint64_t{width} * height * channels; }
};

bool is_space(char c) { return std::string_view(" \t\r\n\v\f").find(c) != std::string_view::npos; }

// Words of the header, and of pixels written as text; comments reach from # to the end of the line.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  std::string_view rest() const { return rest_; }

  void skip_space() {
    while (!rest_.empty() && (is_space(rest_[0]) || rest_[0] == '#')) {
      const std::size_t end = rest_[0] == '#' ? rest_.find('\n') : 0;
      rest_.remove_prefix(std::min(end == std::string_view::npos ? end : end + 1, rest_.size()));
    }
  }

  std::string_view word() {
    skip_space();
    const auto end = std::ranges::find_if(rest_, [](char c) { return is_space(c) || c == '#'; });
    return take(static_cast<std::size_t>(end - rest_.begin()));
  }

  // Nothing for what is no number up to `most`.
  std::optional<std::uint32_t> number(std::uint32_t most) {
    std::uint32_t value = 0;
    const std::string_view digits = word();
    for (const char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + static_cast<std::uint32_t>(c - '0');
      if (value > most) return std::nullopt;
    }
    if (digits.empty()) return std::nullopt;
    return value;
  }

  // Nothing at the end or for another character: bits may stand without space between them.
  std::optional<std::uint32_t> bit() {
    skip_space();
    if (rest_.empty() || (rest_[0] != '0' && rest_[0] != '1')) return std::nullopt;
    return take(1)[0] == '1' ? 1 : 0;
  }

  // The one character between a header and binary pixels.
  bool end_header() { return !rest_.empty() && is_space(take(1)[0]); }

 private:
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

// The limits of the format, far beyond those of pictures, so that these get their own message.
constexpr std::uint32_t kMostSide = 100'000'000;

bool read_pam_header(Words& words, Header& header) {
  while (true) {
    const std::string_view key = words.word();
    if (key == "ENDHDR")
      return words.end_header() && header.channels >= 1 && header.channels <= 4 && header.most > 0;
    if (key == "TUPLTYPE") {
      words.word();  // the depth says it all
      continue;
    }
    std::uint32_t* target = key == "WIDTH"    ? &header.width
                            : key == "HEIGHT" ? &header.height
                            : key == "DEPTH"  ? &header.channels
                            : key == "MAXVAL" ? &header.most
                                              : nullptr;
    if (target == nullptr) return false;
    const auto value = words.number(key == "MAXVAL" ? kMostValue : kMostSide);
    if (!value) return false;
    *target = *value;
  }
}

bool read_header(Words& words, Header& header) {
  header.kind = words.word()[1];
  if (header.kind == '7') return read_pam_header(words, header);
  header.channels = header.kind == '3' || header.kind == '6' ? 3 : 1;
  const auto width = words.number(kMostSide), height = words.number(kMostSide);
  const auto most = header.bitmap() ? 1 : words.number(kMostValue);
  if (!width || !height || !most || *most == 0) return false;
  header.width = *width;
  header.height = *height;
  header.most = *most;
  return header.ascii() || words.end_header();
}

std::uint64_t row_bytes(const Header& header) {
  if (header.kind == '4') return (std::uint64_t{header.width} + 7) / 8;
  return std::uint64_t{header.width} * header.channels * (header.most > 255 ? 2 : 1);
}

// Fewer bytes cannot hold the pixels.
std::uint64_t least_bytes(const Header& header) {
  if (header.kind == '1') return header.samples();
  if (header.ascii()) return 2 * header.samples() - 1;
  return header.height * row_bytes(header);
}

// Samples in their order, in whatever way the file writes them; nothing for the end or for nonsense.
class Samples {
 public:
  Samples(const Header& header, const Words& words) : header_(header), words_(words) {}

  std::optional<std::uint32_t> at(std::uint64_t row, std::uint64_t column) {
    if (header_.kind == '1') return words_.bit();
    if (header_.ascii()) return words_.number(header_.most);
    const std::size_t start = row * row_bytes(header_);
    if (header_.kind == '4') return byte(start + column / 8) >> (7 - column % 8) & 1;
    const bool wide = header_.most > 255;
    const std::uint32_t value =
        wide ? byte(start + 2 * column) << 8 | byte(start + 2 * column + 1) : byte(start + column);
    if (value > header_.most) return std::nullopt;
    return value;
  }

 private:
  std::uint32_t byte(std::size_t place) const { return static_cast<std::uint8_t>(words_.rest()[place]); }

  const Header& header_;
  Words words_;
};

}  // namespace

Outcome<Image> decode_pnm(ImageBytes bytes, const std::string& name) {
  Words words({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  Header header;
  if (!read_header(words, header))
    return bad_image(name, "PNM", "has a header that makes no sense or breaks off");
  if (const auto problem = size_problem(name, header.width, header.height, header.channels)) return *problem;
  if (words.rest().size() < least_bytes(header)) {
    return bad_image(name, "PNM",
                     "is incomplete: " + std::to_string(least_bytes(header)) + " bytes of pixels expected, " +
                         std::to_string(words.rest().size()) + " found");
  }
  auto image = blank_image(name, header.width, header.height, header.channels);
  if (!image) return image;

  Samples samples(header, words);
  std::uint8_t* to = image->pixels.data();
  const std::uint32_t per_row = header.width * header.channels;
  for (std::uint32_t y = 0; y < header.height; ++y) {
    for (std::uint32_t x = 0; x < per_row; ++x) {
      const auto value = samples.at(y, x);
      if (!value) {
        return bad_image(name, "PNM",
                         "is damaged or incomplete: no number from 0 to " + std::to_string(header.most) +
                             " at row " + std::to_string(y) + ", column " +
                             std::to_string(x / header.channels));
      }
      const std::uint32_t shade = (*value * 255 + header.most / 2) / header.most;
      *to++ = static_cast<std::uint8_t>(header.bitmap() ? 255 - shade : shade);  // there 1 is black
    }
  }
  return image;
}

}  // namespace lentil::formats
