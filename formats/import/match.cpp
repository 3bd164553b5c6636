#include "formats/import/match.h"

#include <algorithm>
#include <optional>

#include "formats/import/guess.h"
#include "formats/import/module_chain.h"
#include "formats/import/parameter_groups.h"
#include "formats/spec.h"

namespace lentil::formats {
namespace {

constexpr std::string_view kArchHelp =
    "--arch says which network it is: a name, a model file, or a line such as 'conv:conv1 relu maxpool2 "
    "fc:fc1'";

WeightFile renamed(WeightFile weights, const std::vector<std::pair<std::string, std::string>>& renames) {
  for (NamedTensor& tensor : weights.tensors) {
    for (const auto& [from, to] : renames) {
      if (!tensor.name.starts_with(from)) continue;
      tensor.name = to + tensor.name.substr(from.size());
      break;
    }
  }
  return weights;
}

WeightFile without_prefix(WeightFile weights) {
  const std::size_t prefix = common_prefix(weights).size();
  for (NamedTensor& tensor : weights.tensors) tensor.name.erase(0, prefix);
  for (ModuleNote& module : weights.modules) module.name.erase(0, std::min(prefix, module.name.size()));
  return weights;
}

// As many of the names as people read.
std::string some(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, names.size()); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kMost ? text + " and " + std::to_string(names.size() - kMost) + " more" : text;
}

std::string layers_text(const WeightFile& weights) {
  std::vector<std::string> layers;
  for (const ParameterGroup& group : parameter_groups(weights).groups) {
    const NamedTensor& tensor = group.weight != nullptr ? *group.weight : *group.running_mean;
    layers.push_back(group.name + " " + spell_sizes(tensor.shape));
  }
  if (!layers.empty()) return "its layers: " + some(layers);
  for (const NamedTensor& tensor : weights.tensors)
    layers.push_back(tensor.name + " " + spell_sizes(tensor.shape));
  return layers.empty() ? "it has no tensors" : "its tensors: " + some(layers);
}

std::string line_of(const ModelFile& file) {
  const auto line = to_spec(file);
  return line ? *line : "the network";
}

class Matching {
 public:
  Matching(const WeightFile& weights, const ImportOptions& options, std::span<const Shape> inputs)
      : weights_(weights),
        bare_(without_prefix(weights)),
        parameters_(weights.tensors.size() - parameter_groups(weights).others.size()),
        options_(options),
        inputs_(inputs) {}

  Outcome<Match> find() const {
    if (options_.like != nullptr) return as_network(*options_.like, "--arch");
    if (!options_.arch.empty()) return as_line(options_.arch, "as --arch says");
    if (options_.example != nullptr) {
      if (auto same = as_network(*options_.example, "the model to compare with")) return same;
    }
    if (auto known = recognised()) return std::move(*known);
    if (auto modules = as_modules()) return std::move(*modules);
    return guessed();
  }

 private:
  // With the names as they are, or without what they have in common.
  template <class Bind>
  Outcome<BoundNetwork> with_either_names(Bind bind) const {
    auto bound = bind(weights_);
    if (bound || bare_.tensors.empty() || bare_.tensors[0].name == weights_.tensors[0].name) return bound;
    auto bare = bind(bare_);
    return bare ? std::move(bare) : std::move(bound);
  }

  Outcome<Match> as_network(const ModelFile& like, const std::string& why) const {
    auto bound = with_either_names([&](const WeightFile& w) { return bind_network(like, w); });
    if (!bound) return bound.error();
    return Match{std::move(*bound), like.name + ", as " + why + " says", {}, true};
  }

  Outcome<BoundNetwork> bind_line(const Chain& chain) const {
    std::optional<Failure> first;
    for (const Shape& input : inputs_) {
      auto bound = with_either_names([&](const WeightFile& w) { return bind_chain(chain, w, input); });
      if (bound) return bound;
      if (!first) first = bound.error();
    }
    return *first;
  }

  Outcome<Match> as_line(const std::string& line, const std::string& why) const {
    const auto chain = parse_chain(line);
    if (!chain) return chain.error();
    auto bound = bind_line(*chain);
    if (!bound) return Failure{bound.error().message + "; " + layers_text(weights_)};
    std::string matched = line_of(bound->file) + ", " + why;
    return Match{std::move(*bound), std::move(matched)};
  }

  // Each tensor of a layer must be used: a network with more layers is another one.
  bool uses_all(const BoundNetwork& bound) const { return bound.used.size() == parameters_; }

  std::optional<Match> recognised() const {
    std::optional<Match> found;
    for (const KnownNetwork& known : options_.known) {
      auto bound = bind_by_name(known.make(), bare_);
      if (!bound || !uses_all(*bound)) continue;
      if (!found) {
        found = Match{std::move(*bound),
                      std::string(known.name) + ", by the names and shapes of its tensors",
                      {},
                      true};
        found->assumed.push_back("the layers without weights are those of " + std::string(known.name) + ": " +
                                 line_of(found->network.file));
      } else if (!same_function(found->network.file, bound->file)) {
        found->assumed.push_back("it could as well be --arch " + std::string(known.name));
      }
    }
    return found;
  }

  // Dropout does nothing when a network is run.
  static bool same_function(const ModelFile& a, const ModelFile& b) {
    const auto running = [](const ModelFile& file) {
      std::vector<LayerType> types;
      for (const LayerData& layer : file.layers) {
        if (!is_dropout(layer.settings.type)) types.push_back(layer.settings.type);
      }
      return types;
    };
    return running(a) == running(b);
  }

  std::optional<Match> as_modules() const {
    const auto chain = module_chain(bare_.modules);
    if (!chain) return std::nullopt;
    auto found = as_line(chain->line, chain->exact ? "as its Sequential modules stand" : "by its modules");
    if (!found || !uses_all(found->network)) return std::nullopt;
    if (!chain->exact)
      found->assumed.push_back(
          "its modules run in the order in which they were registered; --arch says otherwise");
    return std::move(*found);
  }

  Outcome<Match> guessed() const {
    std::optional<Failure> first;
    for (const Shape& input : inputs_) {
      const auto chains = guess_chains(bare_, input);
      if (!chains) {
        if (!first) first = chains.error();
        continue;
      }
      if (chains->size() > 1) return ambiguous(*chains);
      auto found = as_line(chains->front(), "by the shapes of its tensors");
      if (!found) return found.error();
      const bool pools = chains->front().find("maxpool") != std::string::npos;
      found->assumed.push_back(std::string(pools ? "ReLU and 2x2 maxima" : "ReLU") +
                               " between the layers: weights alone do not tell; --arch says otherwise");
      return found;
    }
    return Failure{"weights without a network, and " + first->message + ". " + std::string(kArchHelp) + "; " +
                   layers_text(weights_)};
  }

  static Failure ambiguous(const std::vector<std::string>& chains) {
    std::string message =
        "weights without a network, and several would fit. " + std::string(kArchHelp) + "; for example";
    for (const std::string& chain : chains) message += "\n  --arch '" + chain + "'";
    return {message};
  }

  const WeightFile& weights_;
  WeightFile bare_;
  std::size_t parameters_;  // tensors that belong to layers
  const ImportOptions& options_;
  std::span<const Shape> inputs_;
};

// Tensors that no layer took. Names may have lost what they all begin with.
std::vector<std::string> unused(const WeightFile& weights, const BoundNetwork& network) {
  std::vector<std::string> idle;
  for (const NamedTensor& tensor : weights.tensors) {
    const bool used = std::ranges::any_of(
        network.used, [&](const std::string& name) { return tensor.name.ends_with(name); });
    if (!used) idle.push_back(tensor.name);
  }
  return idle;
}

}  // namespace

Outcome<Match> match_network(WeightFile weights, const ImportOptions& options,
                             std::span<const Shape> inputs) {
  const WeightFile named = renamed(std::move(weights), options.renames);
  auto match = Matching(named, options, inputs).find();
  if (!match) return match;
  const std::vector<std::string> idle = unused(named, match->network);
  if (!idle.empty()) match->assumed.push_back("not used: " + some(idle));
  return match;
}

}  // namespace lentil::formats
