// Tensors of which only the rows stay that are still to be read (PlanOptions::rolling).
#pragma once
#include "runtime/op.h"

namespace lentil {

inline constexpr std::uint32_t kMostRolling = 8;  // steps in a row

// Of a tensor with so many rows, when the next step reads it through this window.
inline std::uint32_t rows_kept(const RowWindow& reader, std::uint32_t rows) {
  return std::min(reader.span, rows);
}

}  // namespace lentil
