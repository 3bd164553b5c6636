// Flash as it is: erasing makes ones, writing makes zeros, each write unit once, and the power may fail at
// any moment.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "formats/storage.h"
#include "tests/support/dice.h"

namespace lentil::test {

// What the operation during which the power fails leaves behind.
struct Tear {
  enum class Kind {
    prefix,  // the first `count` bytes are done
    noise,   // the first `count` bytes, and of the write unit behind them (erasing: of all) some bits
  };
  Kind kind = Kind::prefix;
  std::uint32_t count = 0;
  std::uint32_t seed = 0;
};

class FakeFlash {
 public:
  FakeFlash(std::uint32_t slot_bytes, std::uint32_t write_unit) : unit_(write_unit) {
    for (auto& cells : slots_) cells.assign(slot_bytes, kErased);
  }

  // Erases and writes from now on succeed `operations` times; in the next one the power fails.
  void cut_after(std::uint32_t operations, const Tear& tear) {
    left_ = operations;
    tear_ = tear;
  }
  void power_on() { left_.reset(), dead_ = false; }
  bool broke_a_rule() const { return broke_a_rule_; }
  // Bytes of every operation so far; erasing counts the whole slot.
  const std::vector<std::uint32_t>& log() const { return log_; }
  void clear_log() { log_.clear(); }
  std::vector<std::uint8_t>& cells(std::uint32_t slot) { return slots_[slot]; }

  formats::Storage storage() {
    formats::Storage storage;
    storage.context = this;
    storage.erase = [](void* self, std::uint32_t slot) { return static_cast<FakeFlash*>(self)->erase(slot); };
    storage.write = [](void* self, std::uint32_t slot, std::uint32_t offset, const void* bytes,
                       std::uint32_t count) {
      return static_cast<FakeFlash*>(self)->write(slot, offset, static_cast<const std::uint8_t*>(bytes),
                                                  count);
    };
    storage.read = [](void* self, std::uint32_t slot, std::uint32_t offset, void* bytes,
                      std::uint32_t count) {
      return static_cast<FakeFlash*>(self)->read(slot, offset, static_cast<std::uint8_t*>(bytes), count);
    };
    storage.slot_bytes = static_cast<std::uint32_t>(slots_[0].size());
    storage.write_unit = unit_;
    return storage;
  }

 private:
  static constexpr std::uint8_t kErased = 0xff;

  bool erase(std::uint32_t slot) {
    auto& cells = slots_.at(slot);
    return operate(static_cast<std::uint32_t>(cells.size()), [&](std::uint32_t done, Dice* noise) {
      std::fill_n(cells.begin(), done, kErased);
      for (std::size_t i = done; noise != nullptr && i < cells.size(); ++i)
        cells[i] = static_cast<std::uint8_t>(cells[i] | noise->below(256));
    });
  }

  bool write(std::uint32_t slot, std::uint32_t offset, const std::uint8_t* bytes, std::uint32_t count) {
    auto& cells = slots_.at(slot);
    const bool whole_units = offset % unit_ == 0 && count % unit_ == 0 && count > 0;
    const bool fits = offset + count <= cells.size() && count <= formats::kPieceBytes;
    const bool erased = fits && std::all_of(cells.begin() + offset, cells.begin() + offset + count,
                                            [](auto c) { return c == kErased; });
    broke_a_rule_ = broke_a_rule_ || (!dead_ && !(whole_units && erased));
    if (broke_a_rule_) return false;
    return operate(count, [&](std::uint32_t done, Dice* noise) {
      std::copy_n(bytes, done, cells.begin() + offset);
      const std::uint32_t torn = noise == nullptr ? done : std::min(count, (done / unit_ + 1) * unit_);
      for (std::uint32_t i = done; i < torn; ++i)
        cells[offset + i] = static_cast<std::uint8_t>(bytes[i] | noise->below(256));
    });
  }

  bool read(std::uint32_t slot, std::uint32_t offset, std::uint8_t* bytes, std::uint32_t count) {
    const auto& cells = slots_.at(slot);
    if (offset > cells.size() || count > cells.size() - offset) broke_a_rule_ = true;
    if (broke_a_rule_ || dead_) return false;
    std::copy_n(cells.begin() + offset, count, bytes);
    return true;
  }

  // apply(bytes that are done, what else to spoil); false once the power has failed.
  template <class Apply>
  bool operate(std::uint32_t count, Apply apply) {
    if (dead_) return false;
    log_.push_back(count);
    if (!left_ || *left_ > 0) {
      apply(count, nullptr);
      if (left_) --*left_;
      return true;
    }
    dead_ = true;
    Dice dice(tear_.seed);
    apply(std::min(tear_.count, count), tear_.kind == Tear::Kind::noise ? &dice : nullptr);
    return false;
  }

  std::uint32_t unit_;
  std::array<std::vector<std::uint8_t>, formats::kStorageSlots> slots_;
  std::optional<std::uint32_t> left_;
  Tear tear_;
  bool dead_ = false, broke_a_rule_ = false;
  std::vector<std::uint32_t> log_;
};

}  // namespace lentil::test
