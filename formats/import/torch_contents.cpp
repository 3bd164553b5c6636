#include "formats/import/torch_contents.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>

#include "formats/import/torch_tensor.h"

namespace lentil::formats {
namespace {

using Kind = PickleValue::Kind;

constexpr int kDeepest = 32;
constexpr std::size_t kLongestName = 1024;
constexpr std::uint64_t kNodeCost = 48;  // of a set of ids

// What people call the model in a checkpoint; the first that is there counts.
constexpr std::array<std::string_view, 16> kWrappers{"state_dict",
                                                     "model_state_dict",
                                                     "model_state",
                                                     "model_dict",
                                                     "model",
                                                     "net_state_dict",
                                                     "net_dict",
                                                     "net",
                                                     "network",
                                                     "module",
                                                     "weights",
                                                     "model_weights",
                                                     "network_state_dict",
                                                     "state",
                                                     "params",
                                                     "parameters"};

constexpr std::array<std::string_view, 4> kObservers{"weight_fake_quant", "activation_post_process",
                                                     "fake_quant_enabled", "observer_enabled"};
constexpr std::array<std::string_view, 2> kWrapperPrefixes{"module.", "_orig_mod."};

// The entries of what is like a dict: key, value, ... Null: it is none.
const std::vector<ValueId>* entries(const Pickle& pickle, ValueId id) {
  if (pickle.is(id, Kind::dict)) return &pickle[id].items;
  if (!pickle.is(id, Kind::object)) return nullptr;
  if (!pickle[id].items.empty()) return &pickle[id].items;
  return pickle.is(pickle[id].state, Kind::dict) ? &pickle[pickle[id].state].items : nullptr;
}

bool is_optimizer(const Pickle& pickle, ValueId id) {
  return pickle.find(id, "param_groups") != kNoValue && pickle.find(id, "state") != kNoValue;
}

// Walks dicts and lists, each once: what is shared or contains itself costs no more than it takes in the
// file.
class Finder {
 public:
  Finder(const TorchFile& file, MemoryBudget& budget) : file_(file), pickle_(file.pickle), budget_(budget) {}

  // Empty: it succeeded.
  std::string run(TorchContents& contents) {
    const ValueId model = unwrap(pickle_.root());
    if (is_optimizer(pickle_, model)) return kOnlyOptimizer;
    const ValueId unwrapped = unwrap_tensor(pickle_, model);
    if (std::string why = flatten(unwrapped, "", 0, contents); !why.empty()) return why;
    if (!contents.tensors.empty()) return "";
    return optimizer_seen_ ? kOnlyOptimizer
                           : "it holds no tensor that could be a model's; save the model's state_dict()";
  }

 private:
  static constexpr const char* kOnlyOptimizer =
      "it holds an optimizer's state, not a model; convert the file that holds the model's state_dict()";

  // From a checkpoint to the model in it.
  ValueId unwrap(ValueId id) {
    for (int depth = 0; depth < kDeepest; ++depth) {
      const ValueId inner = wrapped_model(id);
      if (inner == kNoValue) return id;
      id = inner;
    }
    return id;
  }

  ValueId wrapped_model(ValueId id) {
    const auto* const items = entries(pickle_, id);
    if (items == nullptr || is_module(pickle_, id) || is_optimizer(pickle_, id)) return kNoValue;
    for (const std::string_view name : kWrappers) {
      const ValueId inner = pickle_.find(id, name);
      if (inner == kNoValue) continue;
      // A single layer's state_dict has no names with dots.
      if (looks_like_model(inner) || (name.find("dict") != std::string_view::npos && holds_tensor(inner))) {
        return inner;
      }
    }
    ValueId only = kNoValue;
    for (std::size_t i = 0; i + 1 < items->size(); i += 2) {
      const ValueId value = unwrap_tensor(pickle_, (*items)[i + 1]);
      if (is_tensor(pickle_, value)) return kNoValue;
      if (!looks_like_model(value)) continue;
      if (only != kNoValue) return kNoValue;
      only = value;
    }
    return only;
  }

  // A module, or a dict whose tensors have names with a layer in them.
  bool looks_like_model(ValueId id) {
    return is_known_module(id) || any_entry(id, models_, [&](const PickleValue& key, ValueId value) {
             const bool dotted = key.kind == Kind::text && key.text.find('.') != std::string_view::npos;
             return (dotted && is_tensor(pickle_, value)) || is_known_module(value) || holds_tensor(value);
           });
  }

  bool is_known_module(ValueId id) {
    if (!pickle_.is(id, Kind::object)) return false;
    const auto [place, fresh] = modules_.try_emplace(id, false);
    if (fresh) place->second = budget_.take(kNodeCost) && is_module(pickle_, id);
    return place->second;
  }

  bool holds_tensor(ValueId id) {
    return any_entry(id, holders_,
                     [&](const PickleValue&, ValueId value) { return is_tensor(pickle_, value); });
  }

  // Each dict is searched once, however often it is referred to.
  template <class Fits>
  bool any_entry(ValueId id, std::map<ValueId, bool>& known, Fits fits) {
    const auto* const items = entries(pickle_, id);
    if (items == nullptr) return false;
    const auto [place, fresh] = known.try_emplace(id, false);
    if (!fresh) return place->second;
    if (!budget_.take(kNodeCost) || is_optimizer(pickle_, id)) return false;
    bool any = false;
    for (std::size_t i = 0; i + 1 < items->size() && !any; i += 2) {
      any = fits(pickle_[(*items)[i]], unwrap_tensor(pickle_, (*items)[i + 1]));
    }
    return place->second = any;
  }

  bool has_items(ValueId id) const { return pickle_.is_sequence(id) || entries(pickle_, id) != nullptr; }

  // A tensor, or what may hold some. Wants an unwrapped value.
  std::string flatten(ValueId id, const std::string& name, int depth, TorchContents& contents) {
    if (is_tensor(pickle_, id)) return add_tensor(id, name, budget_, contents);
    if (!has_items(id) || !visited_.insert(id).second) return "";
    if (!budget_.take(kNodeCost)) return MemoryBudget::exceeded().message;
    if (depth > kDeepest) return "its dicts are nested too deeply";
    if (is_module(pickle_, id)) return walk_modules(file_, id, name, budget_, contents);
    if (is_optimizer(pickle_, id)) {
      optimizer_seen_ = true;
      return "";
    }
    const bool sequence = pickle_.is_sequence(id);
    const auto& items = sequence ? pickle_[id].items : *entries(pickle_, id);
    const std::size_t step = sequence ? 1 : 2;
    for (std::size_t i = 0; i + step <= items.size(); i += step) {
      const ValueId value = unwrap_tensor(pickle_, items[i + step - 1]);
      if (!is_tensor(pickle_, value) && !has_items(value)) continue;
      const auto inner = sequence ? inner_name(name, std::to_string(i)) : inner_name(name, pickle_[items[i]]);
      if (!inner) return inner.error().message;
      if (std::string why = flatten(value, *inner, depth + 1, contents); !why.empty()) return why;
    }
    return "";
  }

  const TorchFile& file_;
  const Pickle& pickle_;
  MemoryBudget& budget_;
  std::set<ValueId> visited_;
  std::map<ValueId, bool> models_, holders_, modules_;  // what the searches found
  bool optimizer_seen_ = false;
};

bool has_part(std::string_view name, std::string_view part) {
  for (std::size_t at = name.find(part); at != std::string_view::npos; at = name.find(part, at + 1)) {
    const std::size_t end = at + part.size();
    if ((at == 0 || name[at - 1] == '.') && (end == name.size() || name[end] == '.')) return true;
  }
  return false;
}

// Counters and observers are no weights.
void leave_out(TorchContents& contents) {
  const std::size_t all = contents.tensors.size();
  const std::size_t counters = std::erase_if(contents.tensors, [](const TorchContents::Place& place) {
    return has_part(place.name, "num_batches_tracked");
  });
  const std::size_t observers = std::erase_if(contents.tensors, [](const TorchContents::Place& place) {
    return std::ranges::any_of(kObservers, [&](std::string_view part) { return has_part(place.name, part); });
  });
  if (contents.tensors.size() == all) return;
  std::string what = counters > 0 ? "counters of batches (" + std::to_string(counters) + ")" : "";
  if (observers > 0) {
    what += (what.empty() ? "" : ", ") + std::string("observers for quantisation (") +
            std::to_string(observers) + ")";
  }
  contents.notes.push_back("left out, being no weights: " + what);
}

void note_others(const Pickle& pickle, std::size_t used, TorchContents& contents) {
  std::size_t all = 0;
  for (const PickleValue& value : pickle.values()) {
    if (value.kind != Kind::object) continue;
    const PickleValue& maker = pickle[value.maker];
    all += maker.text == "torch._utils" && maker.name.starts_with("_rebuild_tensor") ? 1 : 0;
  }
  if (all <= used) return;
  contents.notes.push_back("left out, being beside the model: tensors, an optimizer's for example (" +
                           std::to_string(all - used) + ")");
}

void strip_prefixes(TorchContents& contents) {
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view prefix : kWrapperPrefixes) {
      const bool all = std::ranges::all_of(contents.tensors, [&](const TorchContents::Place& place) {
        return place.name.starts_with(prefix);
      });
      if (!all || contents.tensors.empty()) continue;
      found = true;
      contents.notes.push_back("the prefix '" + std::string(prefix) + "' of all names was left out");
      for (TorchContents::Place& place : contents.tensors) place.name.erase(0, prefix.size());
      const std::string_view wrapper = prefix.substr(0, prefix.size() - 1);
      std::erase_if(contents.modules, [&](const ModuleNote& module) {
        return module.name != wrapper && !module.name.starts_with(prefix);
      });
      for (ModuleNote& module : contents.modules) module.name.erase(0, prefix.size());
    }
  }
}

std::string repeated_name(const TorchContents& contents) {
  std::vector<std::string_view> names;
  for (const TorchContents::Place& place : contents.tensors) names.push_back(place.name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  return twice == names.end() ? "" : std::string(*twice);
}

}  // namespace

Outcome<std::string> inner_name(const std::string& outer, std::string_view name) {
  if (outer.size() + name.size() >= kLongestName) return Failure{"its names are too long"};
  if (std::ranges::any_of(name, [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0; })) {
    return Failure{"its names hold control characters"};
  }
  return outer.empty() ? std::string(name) : outer + "." + std::string(name);
}

Outcome<std::string> inner_name(const std::string& outer, const PickleValue& key) {
  if (key.kind == Kind::text) return inner_name(outer, key.text);
  return inner_name(outer, key.kind == Kind::integer ? std::to_string(key.integer) : "?");
}

std::string add_tensor(ValueId tensor, const std::string& name, MemoryBudget& budget,
                       TorchContents& contents) {
  if (!budget.take(sizeof(TorchContents::Place) + name.size())) return MemoryBudget::exceeded().message;
  contents.tensors.push_back({name.empty() ? "tensor" : name, tensor});
  return "";
}

Outcome<TorchContents> find_model(const TorchFile& file, MemoryBudget& budget) {
  TorchContents contents;
  if (std::string why = Finder(file, budget).run(contents); !why.empty()) return Failure{why};
  const std::size_t used = contents.tensors.size();
  leave_out(contents);
  if (contents.tensors.empty()) return Failure{"it holds counters and observers, and no weights"};
  note_others(file.pickle, used, contents);
  strip_prefixes(contents);
  if (const std::string twice = repeated_name(contents); !twice.empty()) {
    return Failure{"it holds two tensors named " + twice};
  }
  return contents;
}

}  // namespace lentil::formats
