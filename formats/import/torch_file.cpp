#include "formats/import/torch_file.h"

namespace lentil::formats {

std::optional<StorageName> storage_name(const Pickle& pickle, const PickleValue& persistent) {
  constexpr std::size_t kLongestKey = 256;
  if (persistent.kind != PickleValue::Kind::persistent) return std::nullopt;
  const ValueId type = pickle.element(persistent.arguments, 1);
  const ValueId key = pickle.element(persistent.arguments, 2);
  if (!pickle.is(type, PickleValue::Kind::global) || !pickle.is(key, PickleValue::Kind::text))
    return std::nullopt;
  if (pickle[key].text.size() > kLongestKey) return std::nullopt;
  return StorageName{pickle[type].name, pickle[key].text, pickle.element(persistent.arguments, 5)};
}

}  // namespace lentil::formats
