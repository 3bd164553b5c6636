// Opcodes that would have Python look up and call something. Nothing is called: it is noted down or refused.
#include <algorithm>

#include "formats/import/pickle_globals.h"
#include "formats/import/pickle_machine.h"

namespace lentil::formats {
namespace {

// Fit for a terminal: the file chose it.
std::string full_name(const PickleValue& global) {
  constexpr std::size_t kMost = 60;
  std::string name =
      std::string(global.text.substr(0, kMost)) + "." + std::string(global.name.substr(0, kMost));
  std::ranges::replace_if(
      name, [](char c) { return c < ' ' || c > '~'; }, '?');
  return name;
}

std::string refusal(const PickleValue& global) {
  return "it would call " + full_name(global) +
         ", which no model needs to; nothing was executed. Save the model's state_dict() if you trust the "
         "file";
}

}  // namespace

bool PickleMachine::push_global(std::string_view module, std::string_view name) {
  const PickleValue value{.kind = Kind::global, .text = module, .name = name};
  if (rule(module, name) == Ruling::refused) return fail(refusal(value));
  return push(value);
}

bool PickleMachine::global() {
  std::string_view module;
  std::string_view name;
  return next_line(module) && next_line(name) && push_global(module, name);
}

bool PickleMachine::stack_global() {
  ValueId name;
  ValueId module;
  if (!pop_id(name) || !pop_id(module)) return false;
  if (values_[name].kind != Kind::text || values_[module].kind != Kind::text) {
    return fail("its pickle is damaged: a class whose name is no text");
  }
  return push_global(values_[module].text, values_[name].text);
}

bool PickleMachine::persistent() {
  ValueId name;
  if (!pop_id(name)) return false;
  // PyTorch before 1.6 puts a class beside its source text: ("module", class, file, source).
  const PickleValue* const kind = argument(name, 0);
  if (kind != nullptr && kind->kind == Kind::text && kind->text == "module" && argument(name, 1) != nullptr) {
    return push_id(values_[name].items[1]);
  }
  return push({.kind = Kind::persistent, .arguments = name});
}

const PickleValue* PickleMachine::argument(ValueId arguments, std::size_t index) const {
  const PickleValue& tuple = values_[arguments];
  if (tuple.kind != Kind::tuple || index >= tuple.items.size()) return nullptr;
  return &values_[tuple.items[index]];
}

bool PickleMachine::reduce() {
  ValueId arguments;
  ValueId maker;
  return pop_id(arguments) && pop_id(maker) && make(maker, arguments, true);
}

bool PickleMachine::new_object() {
  ValueId arguments;
  ValueId maker;
  return pop_id(arguments) && pop_id(maker) && make(maker, arguments, false);
}

bool PickleMachine::new_object_with_keywords() {
  ValueId keywords;
  return pop_id(keywords) && new_object();
}

bool PickleMachine::call_to_mark() {
  std::vector<ValueId> ids;
  if (!take_to_mark(ids)) return false;
  if (ids.empty()) return fail("its pickle is damaged: a call of nothing");
  const ValueId maker = ids.front();
  ids.erase(ids.begin());
  ValueId arguments;
  return push_with_items(Kind::tuple, std::move(ids)) && pop_id(arguments) && make(maker, arguments, true);
}

bool PickleMachine::call_named() {
  std::vector<ValueId> ids;
  ValueId maker;
  ValueId arguments;
  return global() && pop_id(maker) && take_to_mark(ids) && push_with_items(Kind::tuple, std::move(ids)) &&
         pop_id(arguments) && make(maker, arguments, true);
}

bool PickleMachine::make(ValueId maker, ValueId arguments, bool called) {
  const PickleValue& global = values_[maker];
  if (global.kind != Kind::global) return fail("its pickle calls what is no class or function");
  if (values_[arguments].kind != Kind::tuple) return fail("its pickle is damaged: a call without arguments");
  const ValueId first = values_[arguments].items.empty() ? kNoValue : values_[arguments].items.front();
  switch (rule(global.text, global.name)) {
    case Ruling::dict:
      return make_dict(first);
    case Ruling::list:
      if (!push_empty(Kind::list)) return false;
      if (argument(arguments, 0) == nullptr || values_[first].kind < Kind::tuple ||
          values_[first].kind > Kind::list) {
        return true;
      }
      return add_items(stack_.back(), values_[first].items, Kind::list);
    case Ruling::attribute:
      return make_attribute(arguments);
    case Ruling::unknown:
      if (called) return fail(refusal(global));
      break;
    case Ruling::record:
      break;
    case Ruling::refused:
      return fail(refusal(global));
  }
  return push({.kind = Kind::object, .maker = maker, .arguments = arguments});
}

// From nothing, another dict, or a sequence of pairs, as Python 2 writes them.
bool PickleMachine::make_dict(ValueId source) {
  if (!push_empty(Kind::dict)) return false;
  const ValueId dict = stack_.back();
  if (source == kNoValue) return true;
  if (values_[source].kind == Kind::dict) return add_items(dict, values_[source].items, Kind::dict);
  if (values_[source].kind != Kind::list && values_[source].kind != Kind::tuple) return true;
  for (const ValueId pair : values_[source].items) {
    const PickleValue& entry = values_[pair];
    if ((entry.kind != Kind::list && entry.kind != Kind::tuple) || entry.items.size() != 2) {
      return fail("its pickle is damaged: a dict of what are no pairs");
    }
    if (!add_items(dict, entry.items, Kind::dict)) return false;
  }
  return true;
}

// Modules that keep torch.relu are pickled as getattr(torch._C._VariableFunctionsClass, "relu").
bool PickleMachine::make_attribute(ValueId arguments) {
  const PickleValue* const owner = argument(arguments, 0);
  const PickleValue* const name = argument(arguments, 1);
  if (owner == nullptr || owner->kind != Kind::global || !owner->text.starts_with("torch._C") ||
      name == nullptr || name->kind != Kind::text) {
    return fail("it would call builtins.getattr on something that is not PyTorch's; nothing was executed");
  }
  return push({.kind = Kind::global, .text = "torch", .name = name->text});
}

bool PickleMachine::build() {
  ValueId state;
  ValueId target;
  if (!pop_id(state) || !pop_id(target)) return false;
  PickleValue& value = values_[target];
  if (value.kind != Kind::object && value.kind != Kind::dict) {
    return fail("its pickle gives a state to what is no object");
  }
  value.state = state;
  return push_id(target);
}

}  // namespace lentil::formats
