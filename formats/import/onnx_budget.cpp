#include "formats/import/onnx_budget.h"

namespace lentil::formats::onnx {

// The file's bytes lie in memory twice already, as they came and as they were parsed.
void Budget::extend(std::uint64_t file_bytes) {
  state_->most_live += 2 * file_bytes;
  state_->most_total += 16 * file_bytes;
}

bool Budget::State::take(std::uint64_t bytes) {
  if (bytes > most_live || live > most_live - bytes || total > most_total - bytes) return false;
  live += bytes;
  total += bytes;
  return true;
}

}  // namespace lentil::formats::onnx
