// Bytes whose address suits weights that are used in place, and arenas.
#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>

namespace lentil::formats {

// Owns memory that starts at a multiple of 64; zeros at first. Movable, not copyable.
class AlignedBytes {
 public:
  static constexpr std::size_t kAlignment = 64;

  AlignedBytes() = default;
  explicit AlignedBytes(std::size_t size)
      : bytes_(new (std::align_val_t{kAlignment}) std::byte[size]{}), size_(size) {}
  explicit AlignedBytes(std::span<const std::byte> bytes) : AlignedBytes(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), begin());
  }

  std::size_t size() const { return size_; }
  std::byte* data() { return bytes_.get(); }
  const std::byte* data() const { return bytes_.get(); }
  std::byte* begin() { return data(); }
  std::byte* end() { return data() + size_; }
  const std::byte* begin() const { return data(); }
  const std::byte* end() const { return data() + size_; }
  std::byte& operator[](std::size_t index) { return bytes_[index]; }
  std::byte operator[](std::size_t index) const { return bytes_[index]; }

 private:
  struct Delete {
    void operator()(std::byte* bytes) const { ::operator delete[](bytes, std::align_val_t{kAlignment}); }
  };

  std::unique_ptr<std::byte[], Delete> bytes_;
  std::size_t size_ = 0;
};

}  // namespace lentil::formats
