// The text at the front of a .npy file: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/host/outcome.h"

namespace lentil::formats {

struct NpyDict {
  std::string descr{};
  bool fortran_order = false;
  std::vector<std::int64_t> shape{};
};

// Each of the three keys once, in any order, and nothing else but blanks. The sizes are not negative.
Outcome<NpyDict> parse_npy_dict(std::string_view text);

}  // namespace lentil::formats
