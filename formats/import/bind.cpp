// Weights of a file in the layers of a network.
#include <algorithm>
#include <array>

#include "formats/import/chain.h"
#include "formats/import/parameter_groups.h"
#include "formats/layer_rules.h"
#include "formats/spec_words.h"

namespace lentil::formats {
namespace {

using GroupTensor = const NamedTensor* ParameterGroup::*;
constexpr std::array<GroupTensor, kSlots> kTensors{&ParameterGroup::weight, &ParameterGroup::bias,
                                                   &ParameterGroup::running_mean,
                                                   &ParameterGroup::running_var};

std::size_t rank_of(LayerType type) {
  return type == LayerType::conv2d ? 4 : type == LayerType::linear ? 2 : 1;
}

bool has_statistics(const ParameterGroup& group) { return group.running_mean != nullptr; }

bool suits(const ParameterGroup& group, LayerType type) {
  if (is_batch_norm(type)) return has_statistics(group);
  return group.rank() == rank_of(type) && !has_statistics(group);
}

std::string names_of(const ParameterGroups& groups) {
  std::string names;
  for (const ParameterGroup& group : groups.groups) names += (names.empty() ? "" : ", ") + group.name;
  return names.empty() ? "none" : names;
}

// The groups in the order in which layers ask for them.
class Supply {
 public:
  explicit Supply(const WeightFile& weights) : weights_(weights), groups_(parameter_groups(weights)) {}

  Outcome<ParameterGroup> take(const std::string& name, LayerType type) {
    const ParameterGroup found = name.empty() ? next(type) : groups_.find(name, weights_);
    if (found.weight == nullptr && !has_statistics(found)) {
      if (name.empty()) return Failure{"the file has no weights left for it"};
      return Failure{"the file has no weights of this name; there are " + names_of(groups_)};
    }
    return found;
  }

 private:
  ParameterGroup next(LayerType type) {
    while (at_ < groups_.groups.size()) {
      const ParameterGroup& group = groups_.groups[at_++];
      if (suits(group, type)) return group;
    }
    return {};
  }

  const WeightFile& weights_;
  ParameterGroups groups_;
  std::size_t at_ = 0;
};

// The axes of a kernel as PyTorch orders them: [out, in, height, width], or [out, in].
std::vector<std::uint32_t> ordered_shape(const NamedTensor& weight, bool transposed) {
  std::vector<std::uint32_t> shape = weight.shape;
  if (!transposed) return shape;
  if (shape.size() == 2) return {shape[1], shape[0]};
  return {shape[3], shape[2], shape[0], shape[1]};
}

std::vector<float> ordered_values(const NamedTensor& weight, bool transposed) {
  if (!transposed) return weight.values;
  const bool kernel = weight.shape.size() == 4;
  const std::size_t plane = kernel ? std::size_t{weight.shape[0]} * weight.shape[1] : 1;
  const std::size_t in = weight.shape[kernel ? 2 : 0], out = weight.shape[kernel ? 3 : 1];
  std::vector<float> values(weight.values.size());
  for (std::size_t p = 0; p < plane; ++p) {
    for (std::size_t i = 0; i < in; ++i) {
      for (std::size_t o = 0; o < out; ++o)
        values[(o * in + i) * plane + p] = weight.values[(p * in + i) * out + o];
    }
  }
  return values;
}

// What the weights tell, and the line need not say.
Outcome<std::monostate> complete(SpecLayer& layer, const ParameterGroup& group, bool transposed) {
  const LayerType type = layer.word->type;
  layer.no_bias = group.bias == nullptr;
  if (type == LayerType::prelu) layer.channels = group.weight->values.size() > 1;
  if (type != LayerType::conv2d && type != LayerType::linear) return std::monostate{};
  if (group.rank() != rank_of(type)) {
    return Failure{"its weight is " + spell_sizes(group.weight->shape) + ", and " +
                   std::to_string(rank_of(type)) + " sides are expected"};
  }
  const auto shape = ordered_shape(*group.weight, transposed);
  layer.out = layer.out.value_or(shape[0]);
  if (type == LayerType::conv2d) layer.kernel = layer.kernel.value_or(Extent{shape[2], shape[3]});
  return std::monostate{};
}

struct Source {
  ParameterGroup group;
  bool transposed = false;
};

Failure at_layer(const std::string& name, const std::string& what) {
  return {"layer '" + name + "': " + what};
}

// Kernels must agree side by side, vectors may lie as [1, n] or [1, n, 1, 1].
bool fits(const NamedTensor& tensor, const LayerData& layer, Slot slot, bool transposed) {
  const bool kernel = slot == Slot::weight && rank_of(layer.settings.type) > 1;
  if (!kernel) return tensor.values.size() == layer.tensor(slot).size();
  const TensorShape wanted = tensor_shape(layer.view(), slot);
  return tensor.shape.size() == wanted.rank &&
         std::ranges::equal(ordered_shape(tensor, transposed), wanted.dimensions());
}

// The group's tensors become the layer's; a batch-norm without scale and shift keeps ones and zeros.
Outcome<std::monostate> put_in(const Source& source, LayerData& layer, std::vector<std::string>& used) {
  for (std::size_t s = 0; s < kSlots; ++s) {
    const auto slot = static_cast<Slot>(s);
    const NamedTensor* tensor = source.group.*kTensors[s];
    if (tensor == nullptr) {
      if (!layer.tensor(slot).empty() && !is_batch_norm(layer.settings.type))
        return at_layer(layer.name,
                        "the network has a " + std::string(slot_name(slot)) + ", the file has none");
      continue;
    }
    if (!fits(*tensor, layer, slot, source.transposed)) {
      const TensorShape shape = tensor_shape(layer.view(), slot);
      const std::string wanted = layer.tensor(slot).empty() ? "none" : spell_sizes(shape.dimensions());
      return at_layer(layer.name, "'" + tensor->name + "' is " + spell_sizes(tensor->shape) +
                                      ", and the network wants " + wanted);
    }
    layer.tensor(slot) = slot == Slot::weight ? ordered_values(*tensor, source.transposed) : tensor->values;
    used.push_back(tensor->name);
  }
  return std::monostate{};
}

Outcome<BoundNetwork> fill(ModelFile file, std::span<const std::optional<Source>> sources) {
  BoundNetwork bound{std::move(file), {}};
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (!sources[i]) continue;
    const auto done = put_in(*sources[i], bound.file.layers[i], bound.used);
    if (!done) return done.error();
  }
  return bound;
}

std::vector<LayerData*> layers_with_parameters(ModelFile& file) {
  std::vector<LayerData*> layers;
  for (LayerData& layer : file.layers) {
    if (takes_parameters(layer.settings) && !layer.settings.has_constant()) layers.push_back(&layer);
  }
  return layers;
}

Outcome<BoundNetwork> bind_each(const ModelFile& like, const WeightFile& weights, bool by_name) {
  BoundNetwork bound{like, {}};
  Supply supply(weights);
  for (LayerData* layer : layers_with_parameters(bound.file)) {
    const auto group = supply.take(by_name ? layer->name : "", layer->settings.type);
    if (!group) return at_layer(layer->name, group.error().message);
    const auto done = put_in({*group, false}, *layer, bound.used);
    if (!done) return done.error();
  }
  return bound;
}

}  // namespace

Outcome<BoundNetwork> bind_chain(const Chain& chain, const WeightFile& weights, const Shape& input) {
  Chain complete_chain = chain;
  Supply supply(weights);
  std::vector<std::optional<Source>> sources;
  for (std::size_t i = 0; i < complete_chain.spec.layers.size(); ++i) {
    SpecLayer& layer = complete_chain.spec.layers[i];
    sources.emplace_back();
    const LayerType type = layer.word->type;
    if (type != LayerType::conv2d && type != LayerType::linear && type != LayerType::prelu &&
        !is_batch_norm(type))
      continue;
    const auto group = supply.take(layer.name, type);
    const std::string name = layer.name.empty() ? layer.text : layer.name;
    if (!group) return at_layer(name, group.error().message);
    if (const auto done = complete(layer, *group, chain.transposed[i]); !done)
      return at_layer(name, done.error().message);
    layer.name = group->name;
    sources.back() = Source{*group, chain.transposed[i]};
  }
  auto file = build_spec(complete_chain.spec, input);
  if (!file) return file.error();
  return fill(std::move(*file), sources);
}

Outcome<BoundNetwork> bind_by_name(const ModelFile& like, const WeightFile& weights) {
  return bind_each(like, weights, true);
}

Outcome<BoundNetwork> bind_network(const ModelFile& like, const WeightFile& weights) {
  auto named = bind_by_name(like, weights);
  if (named) return named;
  auto ordered = bind_each(like, weights, false);
  return ordered ? std::move(ordered) : std::move(named);
}

}  // namespace lentil::formats
