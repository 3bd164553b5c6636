#include "tools/expected_outputs.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "formats/host/npy.h"
#include "formats/host/npz.h"
#include "runtime/answer.h"

namespace lentil::tools {
namespace {

using namespace formats;

constexpr std::array<const char*, 6> kNames{"outputs",   "probabilities", "probs",
                                            "log_probs", "logits",        "output"};
constexpr double kSumTolerance = 1e-3;

const char* name_in(const NpzReader& archive) {
  const auto found = std::ranges::find_if(kNames, [&](const char* name) { return archive.holds(name); });
  return found == kNames.end() ? nullptr : *found;
}

LayerType meaning_of(std::span<const float> row) {
  double sum = 0, exponentials = 0;
  bool negative = false, positive = false;
  for (const float value : row) {
    sum += double{value};
    exponentials += std::exp(double{value});
    negative |= value < 0;
    positive |= value > 0;
  }
  if (!negative && std::abs(sum - 1) < kSumTolerance) return LayerType::softmax;
  if (!positive && std::abs(exponentials - 1) < kSumTolerance) return LayerType::log_softmax;
  return LayerType::linear;
}

}  // namespace

bool holds_outputs(const std::string& path) {
  auto bytes = read_file_aligned(path);
  if (!bytes || !is_zip(*bytes)) return false;
  const auto archive = NpzReader::from_bytes(std::move(*bytes), path);
  return archive && (name_in(*archive) != nullptr || archive->names().size() == 1);
}

Outcome<Outputs> load_outputs(const std::string& path, std::size_t classes) {
  const auto archive = NpzReader::open(path);
  if (!archive) return archive.error();
  const char* known = name_in(*archive);
  const std::string name = known != nullptr ? known : archive->names()[0];
  const auto member = archive->read(name);
  if (!member) return member.error();
  const auto table = read_npy<float>(*member);
  if (!table) return Failure{path + ": '" + name + "': " + table.error().message};
  const auto sizes = table->sizes();
  if (sizes.size() != 2 || sizes[1] != static_cast<std::int64_t>(classes))
    return Failure{path + ": '" + name + "' is no table with " + std::to_string(classes) + " columns"};
  Outputs outputs{classes, {table->values().begin(), table->values().end()}};
  if (outputs.images() == 0) return Failure{path + ": '" + name + "' has no row"};
  const LayerType meaning = meaning_of(outputs.of(0));
  for (std::size_t i = 0; i < outputs.images(); ++i)
    to_probabilities(std::span(outputs.probabilities).subspan(i * classes, classes), meaning);
  return outputs;
}

}  // namespace lentil::tools
