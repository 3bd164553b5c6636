#include "formats/slot_layout.h"

#include <bit>

#include "runtime/plan_data.h"

namespace lentil::formats {

static_assert(std::endian::native == std::endian::little, "weights are saved as they lie in memory");

namespace {

constexpr std::uint32_t kMagic = 0x53544E4C;   // "LNTS"
constexpr std::uint32_t kCommit = 0x44455653;  // "SVED"
constexpr std::uint16_t kHasVelocities = 1;

void put(std::span<std::byte> bytes, std::size_t at, std::uint64_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) bytes[at + i] = static_cast<std::byte>(value >> (8 * i));
}

std::uint64_t get(std::span<const std::byte> bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value |= std::uint64_t{std::to_integer<unsigned>(bytes[at + i])} << (8 * i);
  return value;
}

// The header's words from byte 8 on, in order; the seed takes two.
template <class Header, class Visit>
void for_each_word(Header& header, Visit visit) {
  visit(8, header.sequence);
  visit(12, header.parent);
  visit(16, header.base_checksum);
  visit(20, header.base_bytes);
  visit(24, header.commit);
  visit(28, header.layers);
  visit(32, header.seed);
  visit(40, header.step);
  visit(44, header.outputs);
  visit(48, header.golden);
  visit(52, header.corrections);
  visit(56, header.next_place);
}

}  // namespace

SlotHeaderBytes encode(const SlotHeader& header) {
  SlotHeaderBytes bytes{};
  put(bytes, 0, kMagic, 4);
  put(bytes, 4, header.version, 2);
  put(bytes, 6, header.velocities ? kHasVelocities : 0, 2);
  for_each_word(header, [&](std::size_t at, const auto& word) { put(bytes, at, word, sizeof(word)); });
  return bytes;
}

bool decode(const SlotHeaderBytes& bytes, SlotHeader& header) {
  if (get(bytes, 0, 4) != kMagic) return false;
  header.version = static_cast<std::uint16_t>(get(bytes, 4, 2));
  if (header.version > kSlotVersion) return true;
  header.velocities = (get(bytes, 6, 2) & kHasVelocities) != 0;
  for_each_word(header, [&]<class Word>(std::size_t at, Word& word) {
    word = static_cast<Word>(get(bytes, at, sizeof(word)));
  });
  return true;
}

CommitMark commit_mark(std::uint32_t crc) {
  CommitMark mark{};
  put(mark, 0, kCommit, 4);
  put(mark, 4, crc, 4);
  return mark;
}

bool decode(const CommitMark& mark, std::uint32_t& crc) {
  crc = static_cast<std::uint32_t>(get(mark, 4, 4));
  return get(mark, 0, 4) == kCommit;
}

SlotParts::SlotParts(const SlotHeader& header, std::uint64_t weight_count, std::uint64_t velocity_count,
                     const Shape& input)
    : weights(round_up(layers + 2ull * header.layers, sizeof(float))),
      velocities(weights + sizeof(float) * weight_count),
      golden(velocities + sizeof(float) * velocity_count),
      labels(golden + std::uint64_t{sizeof(float)} * header.golden * header.outputs),
      pictures(labels + header.corrections),
      end(pictures + std::uint64_t{header.corrections} * input.count()) {}

std::size_t weight_count(const Layer& layer) {
  std::size_t count = 0;
  for (const auto& tensor : layer.tensors) count += tensor.size();
  return count;
}

std::size_t velocity_count(const Layer& layer) {
  return layer.tensor(Slot::weight).size() + layer.tensor(Slot::bias).size();
}

bool is_later(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) > 0; }

std::uint32_t after(std::uint32_t sequence) { return sequence == 0xffffffffu ? 1 : sequence + 1; }

}  // namespace lentil::formats
