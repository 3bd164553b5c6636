// lentil inspect of a slot: what a device saved.
#pragma once
#include <string>

namespace lentil::tools {

// False, and nothing is printed, if the file at `path` is no slot. Stops with what is wrong if it is a
// damaged one.
bool show_if_slot(const std::string& path, bool json);

}  // namespace lentil::tools
