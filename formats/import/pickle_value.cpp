#include "formats/import/pickle_value.h"

namespace lentil::formats {

ValueId Pickle::find(ValueId dict, std::string_view key) const {
  if (!is(dict, PickleValue::Kind::dict) && !is(dict, PickleValue::Kind::object)) return kNoValue;
  const std::vector<ValueId>& items = values_[dict].items;
  for (std::size_t i = items.size(); i >= 2; i -= 2) {
    if (is(items[i - 2], PickleValue::Kind::text) && values_[items[i - 2]].text == key) return items[i - 1];
  }
  return kNoValue;
}

ValueId Pickle::element(ValueId sequence, std::size_t index) const {
  if (!is_sequence(sequence)) return kNoValue;
  const std::vector<ValueId>& items = values_[sequence].items;
  return index < items.size() ? items[index] : kNoValue;
}

const PickleValue* Pickle::maker(ValueId object) const {
  return is(object, PickleValue::Kind::object) ? &values_[values_[object].maker] : nullptr;
}

}  // namespace lentil::formats
