#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "formats/device/lentil.h"

namespace lentil::test {

// Memory as storage, which can be told to fail.
struct MemoryStorage {
  explicit MemoryStorage(std::uint32_t bytes)
      : slots{std::vector<std::byte>(bytes), std::vector<std::byte>(bytes)} {}
  static MemoryStorage& of(void* context) { return *static_cast<MemoryStorage*>(context); }
  lentil_storage hook() {
    return {
        .context = this,
        .erase =
            [](void* c, std::uint32_t slot) {
              std::fill(of(c).slots[slot].begin(), of(c).slots[slot].end(), std::byte{0xff});
              return !of(c).broken;
            },
        .write =
            [](void* c, std::uint32_t slot, std::uint32_t offset, const void* bytes, std::uint32_t count) {
              std::memcpy(of(c).slots[slot].data() + offset, bytes, count);
              return !of(c).broken;
            },
        .read =
            [](void* c, std::uint32_t slot, std::uint32_t offset, void* bytes, std::uint32_t count) {
              std::memcpy(bytes, of(c).slots[slot].data() + offset, count);
              return !of(c).broken;
            },
        .sync = nullptr,
        .slot_bytes = static_cast<std::uint32_t>(slots[0].size()),
        .write_unit = 0,
        .velocity = 0};
  }
  std::array<std::vector<std::byte>, 2> slots;
  bool broken = false;
};

}  // namespace lentil::test
