// A folder that a command fills.
#pragma once
#include <filesystem>

namespace lentil::tools {

// Makes it, and those above it. Stops if it cannot be made, or has something in it already.
void make_new_folder(const std::filesystem::path& folder);

}  // namespace lentil::tools
