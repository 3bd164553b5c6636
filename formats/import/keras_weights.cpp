#include "formats/import/keras_weights.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <utility>

namespace lentil::formats {
namespace {

// Endings of names in files of Keras 1, and of names without a scope in others.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kEndings{{
    {"_W", "kernel"},
    {"_b", "bias"},
    {"_running_mean", "moving_mean"},
    {"_running_std", "moving_variance"},
    {"_alphas", "alpha"},
    {"depthwise_kernel", "depthwise_kernel"},
    {"pointwise_kernel", "pointwise_kernel"},
    {"_kernel", "kernel"},
    {"_bias", "bias"},
    {"_gamma", "gamma"},
    {"_beta", "beta"},
    {"moving_mean", "moving_mean"},
    {"moving_variance", "moving_variance"},
    {"_alpha", "alpha"},
    {"_variance", "variance"},
}};

bool upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }

}  // namespace

std::string keras_role(const std::string& path) {
  std::string stem = path.substr(path.rfind('/') + 1);
  stem = stem.substr(0, stem.find(':'));
  for (const auto& [ending, role] : kEndings) {
    if (stem.ends_with(ending)) return std::string(role);
  }
  return stem;
}

// Two rules of Keras, one after the other: a capital that small letters follow begins a word, and so does one
// behind a small letter.
std::string keras_snake_case(const std::string& name) {
  std::string first;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool begins = i > 0 && upper(name[i]) && i + 1 < name.size() && lower(name[i + 1]);
    if (begins && name[i - 1] != '_' && !first.ends_with('_')) first += '_';
    first += name[i];
  }
  std::string snake;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (i > 0 && lower(first[i - 1]) && upper(first[i])) snake += '_';
    snake += static_cast<char>(std::tolower(static_cast<unsigned char>(first[i])));
  }
  return snake;
}

Outcome<std::vector<std::uint32_t>> keras_sizes(const Hdf5Dataset& dataset) {
  std::vector<std::uint32_t> sizes;
  for (const std::uint64_t size : dataset.object.space.value_or(Hdf5Space{})) {
    if (size > std::numeric_limits<std::uint32_t>::max())
      return Failure{"'" + dataset.path + "' is too large"};
    sizes.push_back(static_cast<std::uint32_t>(size));
  }
  return sizes;
}

const Hdf5Dataset* KerasWeights::find(const KerasPlace& place, const std::string& role,
                                      std::size_t number) const {
  if (numbered_) return file_.find(place.group + "/vars/" + std::to_string(number));
  const auto& all = file_.datasets();
  const auto found = std::ranges::find_if(all, [&](const Hdf5Dataset& d) {
    if (!d.path.starts_with(place.group + "/") || keras_role(d.path) != role) return false;
    return place.inner.empty() ||
           d.path.find("/" + place.inner + "/", place.group.size()) != std::string::npos;
  });
  return found == all.end() ? nullptr : &*found;
}

Outcome<KerasTensor> KerasWeights::read(const KerasPlace& place, const std::string& role,
                                        std::size_t number) {
  const Hdf5Dataset* dataset = find(place, role, number);
  if (dataset == nullptr) return KerasTensor{};
  auto sizes = keras_sizes(*dataset);
  if (!sizes) return sizes.error();
  auto values = file_.read(*dataset);
  if (!values) return values.error();
  return KerasTensor{std::move(*sizes), std::move(*values)};
}

}  // namespace lentil::formats
