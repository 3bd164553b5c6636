// One slot of storage, read or written from front to back in pieces.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "formats/slot_layout.h"
#include "formats/storage.h"
#include "runtime/status.h"

namespace lentil::formats {

inline constexpr std::uint32_t kReadBytes = 64;  // pieces of checks: small, for they stand on the stack

// A place in a slot that moves on; never beyond the slot's end. After a failure nothing is read any more, and
// error() tells which access it was.
class SlotReader {
 public:
  SlotReader(const Storage& storage, std::uint32_t slot, std::uint64_t offset = 0)
      : storage_(&storage), slot_(slot), offset_(offset) {}

  bool read(void* to, std::size_t count);
  bool read(std::span<float> to) { return read(to.data(), to.size_bytes()); }
  std::uint16_t read_layer();  // 0 after a failure
  const Error& error() const { return error_; }
  bool ok() const { return error_.status == Status::ok; }

 private:
  const Storage* storage_;
  std::uint32_t slot_;
  std::uint64_t offset_;
  Error error_{};
};

// Gathers what it is given into whole pieces. After a failure nothing is written any more.
class SlotWriter {
 public:
  SlotWriter(const Storage& storage, std::uint32_t slot, std::uint32_t offset = 0)
      : storage_(&storage), slot_(slot), offset_(offset) {}

  void add(const void* from, std::size_t count);
  // A place for up to kMostGoldenOutputs values at the writer's end; they count once they are there.
  std::span<float> room(std::size_t count);
  void add_room(std::size_t count) { filled_ += static_cast<std::uint32_t>(count * sizeof(float)); }
  // Zeros up to the next write unit, and out.
  void finish();

  std::uint32_t offset() const { return offset_ + filled_; }
  std::uint32_t crc() const { return crc_; }  // of all that is out
  const Error& error() const { return error_; }

 private:
  void write(std::uint32_t count);  // the piece's front; what is behind it moves there

  const Storage* storage_;
  std::uint32_t slot_;
  std::uint32_t offset_, filled_ = 0;
  std::uint32_t crc_ = 0;
  Error error_{};
  alignas(float) std::array<std::byte, kPieceBytes> piece_{};
};

// What was written to the slot stays from now on; false: it may not.
bool sync(const Storage& storage, std::uint32_t slot);

// The CRC-32 of a slot's first `count` bytes.
Result<std::uint32_t> slot_crc(const Storage& storage, std::uint32_t slot, std::uint32_t count);

}  // namespace lentil::formats
