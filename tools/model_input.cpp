#include "tools/model_input.h"

#include <filesystem>
#include <fmt/format.h>
#include <vector>

#include "formats/host/file_io.h"
#include "formats/model_reader.h"
#include "tools/standard_input.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

// The model beside `path` whose name is nearest, without its ending or with it.
std::string nearest_model(const std::filesystem::path& path) {
  constexpr std::size_t kMostEntries = 1000;
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::vector<std::string> names;
  std::error_code ignored;
  std::filesystem::directory_iterator entry(folder, ignored);
  for (std::size_t i = 0; !ignored && i < kMostEntries && entry != std::filesystem::directory_iterator{};
       ++i) {
    const std::filesystem::path name = entry->path().filename();
    if (name.extension() == ".lentil" && name.stem() == path.filename())
      return fmt::format(" (did you mean '{}'?)", (path.parent_path() / name).string());
    if (name.extension() == ".lentil") names.push_back((path.parent_path() / name).string());
    entry.increment(ignored);
  }
  return did_you_mean(path.string(), names);
}

formats::AlignedBytes read_file(const std::string& path) {
  auto bytes = formats::read_file_aligned(path);
  std::error_code ignored;
  if (!bytes && !std::filesystem::exists(path, ignored)) fail(bytes.error().message + nearest_model(path));
  return need(std::move(bytes));
}

}  // namespace

ModelInput load_model(const std::string& path) {
  const bool from_stream = path == kStandardInput;
  formats::AlignedBytes bytes = from_stream ? read_standard_input() : read_file(path);
  const std::string quoted = from_stream ? "standard input" : "'" + path + "'";
  formats::ModelFile file = to_model_file(need(formats::open_model(bytes), "cannot use " + quoted));
  return {.file = std::move(file), .bytes = std::move(bytes), .name = from_stream ? quoted : path};
}

}  // namespace lentil::tools
