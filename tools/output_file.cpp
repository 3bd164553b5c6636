#include "tools/output_file.h"

#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

#include "formats/host/file_io.h"
#include "formats/model_reader.h"
#include "tools/standard_input.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace

void check_output(const std::string& path, const std::string& option) {
  if (path == kStandardInput) reject(option + " -: a model is saved to a file; name one");
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    reject(fmt::format("{} {} is a folder; name a file", option, path));
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const std::string folder = parent.empty() ? "." : parent;
  if (!std::filesystem::is_directory(folder, ignored)) {
    fail(fmt::format("cannot save '{}': there is no folder '{}'; make it or name another file with {}", path,
                     folder, option));
  }
  if (access(folder.c_str(), W_OK) != 0) {
    fail(fmt::format("cannot save '{}': no permission to write in '{}'; name another file with {}", path,
                     folder, option));
  }
}

std::string backup_of(const std::string& path) { return path + ".bak"; }

void keep_old(const std::string& path, const std::string& base) {
  const auto bytes = need(formats::read_file_aligned(exists(path) ? path : base));
  need(formats::write_file_atomically(backup_of(path), bytes));
}

void put_back_old(const std::string& path) {
  const std::string backup = backup_of(path);
  if (!exists(backup))
    fail(fmt::format("there is nothing to undo: '{}' does not exist, so lentil finetune did not write '{}'",
                     backup, path));
  const auto bytes = need(formats::read_file_aligned(backup));
  const auto model = formats::open_model(bytes);
  if (!model) {
    fail(fmt::format("cannot undo: '{}' holds no model ({}); '{}' stays as it is", backup,
                     formats::explain(model.error()), path));
  }
  need(formats::write_file_atomically(path, bytes));
  std::error_code ignored;  // the file is back: what is left over does no harm
  std::filesystem::remove(backup, ignored);
}

}  // namespace lentil::tools
