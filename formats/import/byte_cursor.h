// Little-endian numbers out of bytes that may be anything: never beyond the end.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace lentil::formats {

// Once a read has gone beyond the end, failed() is true, and it and all later ones give zeros.
class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::byte> bytes, std::uint64_t at = 0) : bytes_(bytes) { move_to(at); }

  bool failed() const { return failed_; }
  std::uint64_t position() const { return at_; }
  std::uint64_t left() const { return failed_ ? 0 : bytes_.size() - at_; }

  void move_to(std::uint64_t at) {
    failed_ = failed_ || at > bytes_.size();
    if (!failed_) at_ = static_cast<std::size_t>(at);
  }
  std::span<const std::byte> take(std::uint64_t count) {
    failed_ = failed_ || count > bytes_.size() - at_;
    if (failed_) return {};
    const auto taken = bytes_.subspan(at_, static_cast<std::size_t>(count));
    at_ += taken.size();
    return taken;
  }
  void skip(std::uint64_t count) { take(count); }

  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    std::size_t shift = 0;
    for (const std::byte b : take(bytes)) {
      value |= std::to_integer<std::uint64_t>(b) << shift;
      shift += 8;
    }
    return value;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }

  // Whether these characters come next; takes them, or fails.
  bool expects(std::string_view magic) {
    const auto found = take(magic.size());
    const auto same = [](std::byte b, char c) { return b == static_cast<std::byte>(c); };
    failed_ = failed_ || !std::equal(found.begin(), found.end(), magic.begin(), magic.end(), same);
    return !failed_;
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace lentil::formats
