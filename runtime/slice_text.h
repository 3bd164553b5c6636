// What stands between the brackets of t[...], as text: for programs whose users type it.
#pragma once
#include <array>
#include <span>
#include <string_view>

#include "runtime/tensor_layout.h"

namespace lentil {

struct SliceList {
  std::array<Slice, kMaxRank + 1> slices{};  // one may be an ellipsis that stands for nothing
  std::size_t count = 0;

  std::span<const Slice> items() const { return std::span(slices).first(count); }
};

// "0,1:3,:,-1", "::2", "...,0"; blanks do not matter. bad_slice: where = the part between commas, from 0.
Result<SliceList> parse_slices(std::string_view text);

}  // namespace lentil
