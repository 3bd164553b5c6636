#include "formats/host/idx.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <system_error>
#include <zlib.h>

#include "formats/host/file_io.h"
#include "formats/host/md5.h"

namespace lentil::formats {
namespace {

constexpr std::uint32_t kMagic = 0x00000800;  // + number of dimensions: bytes of type uint8
constexpr std::size_t kLabelDimensions = 1;
constexpr std::size_t kImageDimensions = 3;
// Deflate cannot shrink data further than this, so a file's size bounds its contents.
constexpr std::uint64_t kMostInflation = 1032;

struct CloseGzip {
  void operator()(gzFile file) const { gzclose_r(file); }
};
using GzipFile = std::unique_ptr<gzFile_s, CloseGzip>;

struct Contents {
  std::array<std::uint32_t, kImageDimensions> sizes{1, 1, 1};
  std::vector<std::uint8_t> bytes;
  std::string md5;
};

std::string hex(std::uint32_t value) {
  std::array<char, 11> text{};
  std::snprintf(text.data(), text.size(), "0x%08X", static_cast<unsigned>(value));
  return text.data();
}

std::uint32_t big_endian(std::span<const std::uint8_t, 4> bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

std::string describe(std::size_t dimensions, const Contents& contents) {
  const auto& [count, height, width] = contents.sizes;
  if (dimensions == kLabelDimensions) return std::to_string(count) + " labels";
  return std::to_string(count) + " images of " + std::to_string(height) + "x" + std::to_string(width);
}

// How many bytes came: fewer than asked for at the end of the contents or where the file is damaged.
std::size_t read_bytes(gzFile file, std::span<std::uint8_t> bytes) {
  constexpr std::size_t kMostPerCall = 1u << 30;  // gzread returns an int
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto part = static_cast<unsigned>(std::min(bytes.size() - done, kMostPerCall));
    const int count = gzread(file, bytes.data() + done, part);
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

// zlib's own complaint (a damaged or cut gzip stream, a read error), or `otherwise` if it has none.
std::string read_problem(gzFile file, const std::string& otherwise) {
  int code = Z_OK;
  const char* text = gzerror(file, &code);
  if (code == Z_OK || code == Z_STREAM_END) return otherwise;
  if (code == Z_BUF_ERROR) return "the gzip data breaks off: the file is incomplete";
  if (code == Z_ERRNO) return "it cannot be read";
  return std::string("the gzip data is damaged (") + text + ")";
}

// The sizes in the header, or what is wrong with it.
Outcome<Contents> parse_header(std::span<const std::uint8_t> header, std::size_t dimensions) {
  const std::uint32_t magic = big_endian(header.first<4>());
  const auto expected = kMagic + static_cast<std::uint32_t>(dimensions);
  if (magic != expected) {
    std::string message = "magic number " + hex(expected) + " expected, " + hex(magic) + " found";
    if (magic == kMagic + kLabelDimensions) message += ": this file holds labels, not images";
    if (magic == kMagic + kImageDimensions) message += ": this file holds images, not labels";
    return Failure{message};
  }
  Contents contents;
  for (std::size_t i = 0; i < dimensions; ++i) {
    contents.sizes[i] = big_endian(header.subspan(4 + 4 * i).first<4>());
    if (contents.sizes[i] == 0) return Failure{"it announces " + describe(dimensions, contents)};
  }
  std::uint64_t total = 1;
  for (const std::uint64_t size : contents.sizes) {
    if (size > kMaxIdxBytes / total) {
      return Failure{"it announces " + describe(dimensions, contents) + ", more than the " +
                     std::to_string(kMaxIdxBytes) + " bytes that are supported"};
    }
    total *= size;
  }
  return contents;
}

// Fills contents.bytes, which must be exactly as many as the header announces.
Outcome<Contents> read_payload(gzFile file, std::uint64_t file_size, std::span<const std::uint8_t> header,
                               std::size_t dimensions, Contents contents) {
  std::uint64_t payload = 1;
  for (const std::uint64_t size : contents.sizes) payload *= size;
  const auto wrong_size = [&](const std::string& found) {
    return Failure{std::to_string(header.size() + payload) + " bytes expected for " +
                   describe(dimensions, contents) + ", " + found + " found"};
  };
  const bool plain = gzdirect(file) != 0;
  if (plain && file_size != header.size() + payload) return wrong_size(std::to_string(file_size));
  if (payload > file_size * kMostInflation) return wrong_size("far fewer");

  contents.bytes.resize(payload);
  const std::size_t count = read_bytes(file, contents.bytes);
  if (count != payload) {
    return Failure{read_problem(file, wrong_size(std::to_string(header.size() + count)).message)};
  }
  // Reading on also lets zlib compare its checksum.
  std::array<std::uint8_t, 1> more{};
  if (read_bytes(file, more) != 0) return wrong_size("more");
  if (const auto problem = read_problem(file, ""); !problem.empty()) return Failure{problem};
  contents.md5 = md5_hex({header, contents.bytes});
  return contents;
}

Outcome<Contents> read_open_file(gzFile file, std::uint64_t file_size, std::size_t dimensions) {
  std::array<std::uint8_t, 4 + 4 * kImageDimensions> buffer{};
  const auto header = std::span(buffer).first(4 + 4 * dimensions);
  const std::size_t count = read_bytes(file, header);
  if (count != header.size()) {
    return Failure{read_problem(file, "a header of " + std::to_string(header.size()) + " bytes expected, " +
                                          std::to_string(count) + " bytes found in all")};
  }
  auto contents = parse_header(header, dimensions);
  if (!contents) return contents;
  return read_payload(file, file_size, header, dimensions, std::move(*contents));
}

Outcome<Contents> read_idx(const std::string& path, std::size_t dimensions) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return Failure{path + ": there is no such file"};
  if (!std::filesystem::is_regular_file(path, error)) return Failure{path + ": not a regular file"};
  const std::uint64_t file_size = std::filesystem::file_size(path, error);
  const GzipFile file(error ? nullptr : gzopen(path.c_str(), "rb"));
  if (!file) return Failure{path + ": the file cannot be opened; check its permissions"};
  auto contents = read_open_file(file.get(), file_size, dimensions);
  if (!contents) return Failure{path + ": " + contents.error().message};
  return contents;
}

Outcome<std::uint64_t> write_idx(const std::string& path, std::span<const std::uint32_t> sizes,
                                 std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> file;
  const auto append = [&](std::uint32_t value) {
    for (const int shift : {24, 16, 8, 0}) file.push_back(static_cast<std::uint8_t>(value >> shift));
  };
  append(kMagic + static_cast<std::uint32_t>(sizes.size()));
  for (const std::uint32_t size : sizes) append(size);
  file.insert(file.end(), bytes.begin(), bytes.end());
  if (const auto written = write_file_atomically(path, std::as_bytes(std::span(file))); !written)
    return written.error();
  return file.size();
}

}  // namespace

Outcome<IdxImages> read_idx_images(const std::string& path) {
  auto contents = read_idx(path, kImageDimensions);
  if (!contents) return contents.error();
  const auto& [count, height, width] = contents->sizes;
  return IdxImages{count, height, width, std::move(contents->bytes), std::move(contents->md5)};
}

Outcome<IdxLabels> read_idx_labels(const std::string& path) {
  auto contents = read_idx(path, kLabelDimensions);
  if (!contents) return contents.error();
  return IdxLabels{std::move(contents->bytes), std::move(contents->md5)};
}

Outcome<std::uint64_t> write_idx_images(const std::string& path, const IdxImages& images) {
  assert(images.pixels.size() == std::uint64_t{images.count} * images.height * images.width);
  return write_idx(path, std::array{images.count, images.height, images.width}, images.pixels);
}

Outcome<std::uint64_t> write_idx_labels(const std::string& path, const IdxLabels& labels) {
  assert(labels.labels.size() <= std::numeric_limits<std::uint32_t>::max());
  return write_idx(path, std::array{static_cast<std::uint32_t>(labels.labels.size())}, labels.labels);
}

}  // namespace lentil::formats
