// What comes in through a pipe.
#pragma once
#include "formats/host/aligned_bytes.h"

namespace lentil::tools {

inline constexpr const char* kStandardInput = "-";  // where a file's name is asked for

// All of it, up to its end. Stops if it is a terminal, cannot be read, or is larger than a file may be.
formats::AlignedBytes read_standard_input();

}  // namespace lentil::tools
