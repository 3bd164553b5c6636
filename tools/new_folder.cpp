#include "tools/new_folder.h"

#include <fmt/format.h>

#include "tools/stop.h"

namespace lentil::tools {

void make_new_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && !std::filesystem::is_empty(folder, error) && !error)
    fail(folder.string() + ": the folder is not empty; name a new one");
  if (error) fail(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
}

}  // namespace lentil::tools
