// The JSON that describes a Keras model, looked at without exceptions: what is missing or of another type is
// simply not there.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "formats/host/outcome.h"
#include "runtime/shape.h"

namespace lentil::formats {

using Json = nlohmann::json;

// At most 256 KiB and 64 levels, or a Failure: a value takes many times its text's bytes in memory.
Outcome<Json> parse_json(std::string_view text);

const Json* member(const Json& object, const char* key);   // null: no object, not in it, or null itself
std::string text_of(const Json& object, const char* key);  // empty: none
bool flag_of(const Json& object, const char* key, bool otherwise);
std::optional<double> number_of(const Json& object, const char* key);
std::optional<std::int64_t> integer_of(const Json& value);

// "kernel_size": one number or two; none: it is absent or anything else.
std::optional<Extent> extent_of(const Json& object, const char* key);

// Sizes behind the batch: [null, 28, 28, 1]; none: no such list. 0 stands for one that is open.
std::optional<std::vector<std::uint32_t>> shape_of(const Json& object, const char* key);

}  // namespace lentil::formats
