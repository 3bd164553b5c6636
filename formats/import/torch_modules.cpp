// Whole pickled modules and scripts: what they hold, in the order of registration.
#include <algorithm>

#include "formats/import/torch_contents.h"
#include "formats/import/torch_script_code.h"
#include "formats/import/torch_tensor.h"

namespace lentil::formats {
namespace {

using Kind = PickleValue::Kind;
using Values = std::map<std::string, std::vector<double>>;

constexpr int kDeepest = 32;
constexpr std::size_t kMostNumbers = 16;  // of a hyperparameter
constexpr std::uint64_t kNoteCost = 256;  // of a module's note, or of a hyperparameter's, with its nodes
constexpr std::string_view kScripts = "__torch__";

bool is_script(const PickleValue& maker) { return maker.text.starts_with(kScripts); }

// "___torch_mangle_3.Net" and "Outer.Net" are of the class Net.
std::string class_name(std::string_view name) { return std::string(name.substr(name.rfind('.') + 1)); }

bool is_number(const PickleValue& value) {
  return value.kind == Kind::boolean || value.kind == Kind::integer || value.kind == Kind::real;
}

double number_of(const PickleValue& value) {
  return value.kind == Kind::real ? value.real : static_cast<double>(value.integer);
}

// Empty: no hyperparameter.
std::vector<double> numbers_of(const Pickle& pickle, ValueId id) {
  if (is_number(pickle[id])) return {number_of(pickle[id])};
  std::vector<double> numbers;
  if (!pickle.is_sequence(id) || pickle[id].items.size() > kMostNumbers) return numbers;
  for (const ValueId item : pickle[id].items) {
    if (!is_number(pickle[item])) return {};
    numbers.push_back(number_of(pickle[item]));
  }
  return numbers;
}

// Modules may be registered twice, and are told twice, as in a state_dict. What that costs comes from the
// budget, so that a few bytes cannot make it much.
class ModuleWalker {
 public:
  ModuleWalker(const TorchFile& file, MemoryBudget& budget, TorchContents& contents)
      : file_(file), pickle_(file.pickle), budget_(budget), contents_(contents) {}

  // Empty: it succeeded.
  std::string walk(ValueId module, const std::string& name, int depth) {
    if (depth > kDeepest) return "its modules are nested too deeply";
    const ValueId state = pickle_[module].state;
    if (std::string why = note(module, name); !why.empty()) return why;
    if (is_script(*pickle_.maker(module))) {
      // Tensors and modules stand side by side; as in a state_dict, its own tensors come first.
      const std::string why = add_tensors(state, kNoValue, name);
      return why.empty() ? walk_children(state, name, depth) : why;
    }
    const ValueId transient = pickle_.find(state, "_non_persistent_buffers_set");
    std::string why = add_tensors(pickle_.find(state, "_parameters"), kNoValue, name);
    if (why.empty()) why = add_tensors(pickle_.find(state, "_buffers"), transient, name);
    if (why.empty()) why = walk_children(pickle_.find(state, "_modules"), name, depth);
    return why;
  }

 private:
  std::string note(ValueId module, const std::string& name) {
    if (!budget_.take(2 * kNoteCost + name.size())) return MemoryBudget::exceeded().message;
    const PickleValue& maker = *pickle_.maker(module);
    ModuleNote note{.name = name, .type = class_name(maker.name), .values = {}};
    if (is_script(maker) && file_.code) {
      const std::string_view code = file_.code(maker.text);
      if (!budget_.take(code.size() / 4)) return MemoryBudget::exceeded().message;
      note.values = script_constants(code, note.type);
    }
    if (std::string why = add_values(pickle_[module].state, note.values); !why.empty()) return why;
    contents_.modules.push_back(std::move(note));
    return "";
  }

  std::string add_values(ValueId state, Values& values) {
    const std::vector<ValueId>& items = pickle_[state].items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      const PickleValue& key = pickle_[items[i]];
      if (key.kind != Kind::text || key.text.starts_with('_') || key.text == "training") continue;
      const std::vector<double> numbers = numbers_of(pickle_, items[i + 1]);
      if (numbers.empty()) continue;
      if (!budget_.take(kNoteCost + key.text.size())) return MemoryBudget::exceeded().message;
      values[std::string(key.text)] = numbers;
    }
    add_padding(state, values);
    return "";
  }

  // Looking at a dict costs time, not memory; a price on that keeps it in proportion, too.
  bool pay_for(ValueId dict) {
    return !pickle_.is(dict, Kind::dict) || budget_.take(pickle_[dict].items.size() * sizeof(ValueId));
  }

  // padding="same" is a text; what it comes to stands beside it: {left, right, top, bottom}.
  void add_padding(ValueId state, Values& values) {
    if (!pickle_.is(pickle_.find(state, "padding"), Kind::text)) return;
    const ValueId sides = pickle_.find(state, "_reversed_padding_repeated_twice");
    const std::vector<double> numbers =
        sides == kNoValue ? std::vector<double>{} : numbers_of(pickle_, sides);
    if (numbers.size() == 4) values["padding"] = {numbers[2], numbers[0], numbers[3], numbers[1]};
  }

  // Tensors of a dict by name, but for those whose names are in `without`; None for absent ones.
  std::string add_tensors(ValueId dict, ValueId without, const std::string& name) {
    if (!pickle_.is(dict, Kind::dict)) return "";
    if (!pay_for(dict)) return MemoryBudget::exceeded().message;
    const std::vector<ValueId>& items = pickle_[dict].items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      const ValueId value = unwrap_tensor(pickle_, items[i + 1]);
      if (!is_tensor(pickle_, value) || is_in(without, pickle_[items[i]])) continue;
      const auto inner = inner_name(name, pickle_[items[i]]);
      if (!inner) return inner.error().message;
      if (std::string why = add_tensor(value, *inner, budget_, contents_); !why.empty()) return why;
    }
    return "";
  }

  bool is_in(ValueId set, const PickleValue& key) const {
    if (!pickle_.is_sequence(set) || pickle_[set].items.size() > kMostNumbers) return false;
    return std::ranges::any_of(pickle_[set].items, [&](ValueId item) {
      return pickle_[item].kind == Kind::text && pickle_[item].text == key.text;
    });
  }

  std::string walk_children(ValueId dict, const std::string& name, int depth) {
    if (!pickle_.is(dict, Kind::dict)) return "";
    if (!pay_for(dict)) return MemoryBudget::exceeded().message;
    const std::vector<ValueId>& items = pickle_[dict].items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      if (!pay_for(pickle_[items[i + 1]].state)) return MemoryBudget::exceeded().message;
      if (!is_module(pickle_, items[i + 1])) continue;
      const auto inner = inner_name(name, pickle_[items[i]]);
      if (!inner) return inner.error().message;
      if (std::string why = walk(items[i + 1], *inner, depth + 1); !why.empty()) return why;
    }
    return "";
  }

  const TorchFile& file_;
  const Pickle& pickle_;
  MemoryBudget& budget_;
  TorchContents& contents_;
};

}  // namespace

bool is_module(const Pickle& pickle, ValueId id) {
  const PickleValue* const maker = pickle.maker(id);
  if (maker == nullptr || !pickle.is(pickle[id].state, Kind::dict)) return false;
  return is_script(*maker) || pickle.find(pickle[id].state, "_modules") != kNoValue;
}

std::string walk_modules(const TorchFile& file, ValueId module, const std::string& name, MemoryBudget& budget,
                         TorchContents& contents) {
  return ModuleWalker(file, budget, contents).walk(module, name, 0);
}

}  // namespace lentil::formats
