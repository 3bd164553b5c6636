#include "formats/import/parameter_groups.h"

#include <algorithm>
#include <array>

namespace lentil::formats {
namespace {

struct Word {
  std::string_view ending;
  const NamedTensor* ParameterGroup::*slot;
};

// As PyTorch, JAX, Keras and hand-written nets end their names.
constexpr std::array kWords{
    Word{".weight", &ParameterGroup::weight},
    Word{".bias", &ParameterGroup::bias},
    Word{".running_mean", &ParameterGroup::running_mean},
    Word{".running_var", &ParameterGroup::running_var},
    Word{".kernel", &ParameterGroup::weight},
    Word{".gamma", &ParameterGroup::weight},
    Word{".beta", &ParameterGroup::bias},
    Word{".moving_mean", &ParameterGroup::running_mean},
    Word{".moving_variance", &ParameterGroup::running_var},
    Word{".scale", &ParameterGroup::weight},
    Word{".W", &ParameterGroup::weight},
    Word{".b", &ParameterGroup::bias},
    Word{".w", &ParameterGroup::weight},
    Word{"/kernel", &ParameterGroup::weight},
    Word{"/bias", &ParameterGroup::bias},
    Word{".weights", &ParameterGroup::weight},
    Word{"_weights", &ParameterGroup::weight},
    Word{"_weight", &ParameterGroup::weight},
    Word{"_bias", &ParameterGroup::bias},
    Word{"_w", &ParameterGroup::weight},
    Word{"_b", &ParameterGroup::bias},
    Word{"_W", &ParameterGroup::weight},
};

const Word* word_of(std::string_view name) {
  const auto found = std::ranges::find_if(kWords, [&](const Word& word) {
    return name.ends_with(word.ending) && name.size() > word.ending.size();
  });
  return found == kWords.end() ? nullptr : &*found;
}

}  // namespace

ParameterGroups parameter_groups(const WeightFile& weights) {
  ParameterGroups result;
  for (const NamedTensor& tensor : weights.tensors) {
    const Word* word = word_of(tensor.name);
    if (word == nullptr) {
      result.others.push_back(tensor.name);
      continue;
    }
    const std::string name = tensor.name.substr(0, tensor.name.size() - word->ending.size());
    auto group = std::ranges::find(result.groups, name, &ParameterGroup::name);
    if (group == result.groups.end()) {
      result.groups.push_back({.name = name});
      group = result.groups.end() - 1;
    }
    if (*group.*(word->slot) == nullptr) {
      *group.*(word->slot) = &tensor;
    } else {
      result.others.push_back(tensor.name);
    }
  }
  std::erase_if(result.groups, [&](const ParameterGroup& group) {
    const bool lone_bias = group.weight == nullptr && group.running_mean == nullptr;
    if (lone_bias) {
      for (const NamedTensor* tensor : {group.bias, group.running_var})
        if (tensor != nullptr) result.others.push_back(tensor->name);
    }
    return lone_bias;
  });
  return result;
}

ParameterGroup ParameterGroups::find(std::string_view name, const WeightFile& weights) const {
  const auto group = std::ranges::find(groups, name, &ParameterGroup::name);
  if (group != groups.end()) return *group;
  const std::size_t plus = name.find('+');
  ParameterGroup whole{.name = std::string(name.substr(0, plus)),
                       .weight = weights.find(name.substr(0, plus))};
  if (plus != std::string_view::npos) whole.bias = weights.find(name.substr(plus + 1));
  return whole;
}

std::string common_prefix(const WeightFile& weights) {
  if (weights.tensors.empty()) return {};
  std::string_view prefix = weights.tensors[0].name;
  for (const NamedTensor& tensor : weights.tensors) {
    const auto [end, ignored] = std::ranges::mismatch(prefix, tensor.name);
    prefix = prefix.substr(0, static_cast<std::size_t>(end - prefix.begin()));
  }
  const std::size_t dot = prefix.rfind('.');
  if (dot == std::string_view::npos) return {};
  // A layer's own name is no prefix of the network.
  prefix = prefix.substr(0, dot + 1);
  const auto is_layer = [&](const NamedTensor& t) {
    return t.name.find('.', prefix.size()) == std::string::npos;
  };
  return std::ranges::any_of(weights.tensors, is_layer) ? std::string() : std::string(prefix);
}

}  // namespace lentil::formats
