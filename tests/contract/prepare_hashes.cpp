// What the preparation makes of pictures: integer arithmetic, so there is no instruction set to choose.
#include <array>

#include "runtime/prepare.h"
#include "tests/contract/case_data.h"
#include "tests/contract/contract_hashes.h"

namespace lentil::contract {
namespace {

constexpr std::uint32_t kWidth = 150, kHeight = 110;

// A seven with a bar on paper in a shadow, between two ruled lines: from an integer formula.
std::uint8_t pixel(std::uint32_t x, std::uint32_t y, std::uint32_t thickness) {
  const bool top = x >= 45 && x < 100 && y >= 25 && y < 25 + thickness;
  const bool stem = y >= 25 && y < 90 && x + y / 2 >= 108 - thickness && x + y / 2 < 112;
  const bool bar = x >= 55 && x < 95 && y >= 55 && y < 55 + thickness;
  const bool line = y == 12 || y == 100;
  const std::uint32_t paper = 240 - (x + y) / 3 + (x * 7 + y * 13) % 5;
  return static_cast<std::uint8_t>(top || stem || bar ? paper / 3 : line ? paper / 2 : paper);
}

}  // namespace

void prepare_hashes(std::span<std::byte> memory, const Report& report) {
  constexpr Shape kInput{1, 28, 28};
  Hash hash;
  for (const std::uint32_t thickness : {1u, 3u, 6u, 12u}) {
    Pieces pieces(memory);
    const auto drawn = pieces.of<std::uint8_t>(std::size_t{kWidth} * kHeight);
    for (std::uint32_t y = 0; y < kHeight; ++y) {
      for (std::uint32_t x = 0; x < kWidth; ++x) drawn[y * kWidth + x] = pixel(x, y, thickness);
    }
    std::array<std::uint8_t, kInput.count()> output{};
    const Picture picture{drawn.data(), kWidth, kHeight, kWidth, PixelFormat::grey};
    const auto prepared = prepare(picture, {}, kInput, pieces.bytes(kPrepareBytes), output);
    if (!prepared) return report("prepare", "status", static_cast<std::uint64_t>(prepared.error().status));
    hash.add(std::span<const std::uint8_t>(output));
  }
  report("prepare", "pixels", hash.value());
}

}  // namespace lentil::contract
