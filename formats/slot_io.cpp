#include "formats/slot_io.h"

#include <algorithm>
#include <cstring>

#include "formats/crc32.h"

namespace lentil::formats {

bool SlotReader::read(void* to, std::size_t count) {
  if (!ok()) return false;
  const bool inside = offset_ <= storage_->slot_bytes && count <= storage_->slot_bytes - offset_;
  const auto offset = static_cast<std::uint32_t>(offset_);
  if (!inside || !storage_->read(storage_->context, slot_, offset, to, static_cast<std::uint32_t>(count)))
    error_ = {Status::storage_failed, slot_, offset_, count};
  offset_ += count;
  return ok();
}

std::uint16_t SlotReader::read_layer() {
  std::uint16_t layer = 0;
  return read(&layer, sizeof(layer)) ? layer : std::uint16_t{0};
}

void SlotWriter::add(const void* from, std::size_t count) {
  const auto* next = static_cast<const std::byte*>(from);
  while (count > 0) {
    const std::size_t taken = std::min<std::size_t>(count, piece_.size() - filled_);
    std::memcpy(piece_.data() + filled_, next, taken);
    filled_ += static_cast<std::uint32_t>(taken);
    next += taken;
    count -= taken;
    if (filled_ == piece_.size()) write(filled_);
  }
}

std::span<float> SlotWriter::room(std::size_t count) {
  write(filled_ / storage_->write_unit * storage_->write_unit);
  return {reinterpret_cast<float*>(piece_.data() + filled_), count};
}

void SlotWriter::finish() {
  const std::uint32_t unit = storage_->write_unit;
  const std::uint32_t end = (filled_ + unit - 1) / unit * unit;
  std::fill(piece_.begin() + filled_, piece_.begin() + end, std::byte{0});
  filled_ = end;
  write(end);
}

void SlotWriter::write(std::uint32_t count) {
  if (count == 0) return;
  if (!wrong(error_) && !storage_->write(storage_->context, slot_, offset_, piece_.data(), count))
    error_ = {Status::storage_failed, slot_, offset_, count};
  crc_ = crc32(std::span(piece_).first(count), crc_);
  std::copy(piece_.begin() + count, piece_.begin() + filled_, piece_.begin());
  offset_ += count;
  filled_ -= count;
}

bool sync(const Storage& storage, std::uint32_t slot) {
  return storage.sync == nullptr || storage.sync(storage.context, slot);
}

Result<std::uint32_t> slot_crc(const Storage& storage, std::uint32_t slot, std::uint32_t count) {
  SlotReader reader(storage, slot);
  std::array<std::byte, kReadBytes> piece;
  std::uint32_t crc = 0;
  for (std::uint32_t left = count; left > 0;) {
    const std::uint32_t taken = std::min<std::uint32_t>(left, kReadBytes);
    if (!reader.read(piece.data(), taken)) return reader.error();
    crc = crc32(std::span(piece).first(taken), crc);
    left -= taken;
  }
  return crc;
}

}  // namespace lentil::formats
