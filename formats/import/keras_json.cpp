#include "formats/import/keras_json.h"

#include <limits>

namespace lentil::formats {
namespace {

constexpr std::size_t kMostText = 256 << 10;
constexpr int kMostDepth = 64;
constexpr std::size_t kMostAxes = 8;

// 0: no size.
std::uint32_t size_of(const Json& value) {
  const auto size = integer_of(value);
  const bool fits = size && *size >= 1 && *size <= std::numeric_limits<std::uint32_t>::max();
  return fits ? static_cast<std::uint32_t>(*size) : 0;
}

// A look at the brackets alone, before the parser: its own callback for depths takes quadratic time.
bool is_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size() && depth <= kMostDepth; ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\') ++i;
    if (quoted) continue;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
  }
  return depth > kMostDepth;
}

}  // namespace

Outcome<Json> parse_json(std::string_view text) {
  if (text.size() > kMostText)
    return Failure{"its description has " + std::to_string(text.size()) + " bytes, more than the limit of " +
                   std::to_string(kMostText)};
  if (is_deep(text)) return Failure{"its description is nested too deeply"};
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded()) return Failure{"its description is no JSON"};
  return json;
}

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_of(const Json& object, const char* key) {
  const Json* value = member(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

bool flag_of(const Json& object, const char* key, bool otherwise) {
  const Json* value = member(object, key);
  return value != nullptr && value->is_boolean() ? value->get<bool>() : otherwise;
}

std::optional<double> number_of(const Json& object, const char* key) {
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

std::optional<std::int64_t> integer_of(const Json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return value.get<std::int64_t>();
}

std::optional<Extent> extent_of(const Json& object, const char* key) {
  const Json* value = member(object, key);
  if (value == nullptr) return std::nullopt;
  const bool pair = value->is_array() && value->size() == 2;
  const Extent extent =
      pair ? Extent{size_of((*value)[0]), size_of((*value)[1])} : Extent{size_of(*value), size_of(*value)};
  if (extent.height == 0 || extent.width == 0) return std::nullopt;
  return extent;
}

std::optional<std::vector<std::uint32_t>> shape_of(const Json& object, const char* key) {
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_array() || value->size() < 2 || value->size() > kMostAxes)
    return std::nullopt;
  std::vector<std::uint32_t> sizes;
  for (std::size_t i = 1; i < value->size(); ++i) sizes.push_back(size_of((*value)[i]));
  return sizes;
}

}  // namespace lentil::formats
