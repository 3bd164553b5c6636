#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace lentil::formats {

// The CRC-32 of zlib and PNG. For data in pieces, hand the result so far to the next call.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t so_far = 0);

}  // namespace lentil::formats
