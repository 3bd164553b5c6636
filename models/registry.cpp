#include "models/registry.h"

#include <algorithm>
#include <array>

#include "models/lenet.h"
#include "models/logreg.h"
#include "models/mlp.h"

namespace lentil::models {
namespace {

constexpr std::array kDefinitions{
    Definition{"lenet", "two convolutions and two linear layers, 21,840 parameters", lenet},
    Definition{"logreg", "one linear layer, 7,850 parameters", logreg},
    Definition{"mlp", "784-128-64-10 with ReLU, 109,386 parameters", mlp},
};

}  // namespace

std::span<const Definition> definitions() { return kDefinitions; }

const Definition* find_definition(std::string_view name) {
  const auto found = std::find_if(kDefinitions.begin(), kDefinitions.end(),
                                  [&](const Definition& definition) { return definition.name == name; });
  return found == kDefinitions.end() ? nullptr : &*found;
}

}  // namespace lentil::models
