// The networks that have a name: what `--arch NAME` finds.
#pragma once
#include <span>
#include <string_view>

#include "formats/model_file.h"

namespace lentil::models {

struct Definition {
  std::string_view name;
  std::string_view summary;      // one line
  formats::ModelFile (*make)();  // weights are zeros
};

std::span<const Definition> definitions();
const Definition* find_definition(std::string_view name);  // null: none of this name

}  // namespace lentil::models
