#include "models/registry.h"

#include <algorithm>
#include <array>

#include "models/lenet.h"
#include "models/lenet5.h"
#include "models/logreg.h"
#include "models/mlp.h"
#include "models/mnist_new.h"
#include "models/mnist_old.h"
#include "models/separable.h"

namespace lentil::models {
namespace {

constexpr std::array kDefinitions{
    Definition{"lenet", "two convolutions and two linear layers, 21,840 parameters", lenet},
    Definition{"lenet5", "LeNet-5 with ReLU and max-pooling, 61,706 parameters", lenet5},
    Definition{"lenet5_tanh", "LeNet-5 as in 1998, tanh and average pooling, 61,706 parameters", lenet5_tanh},
    Definition{"lenet_plain", "lenet without dropout, for long trainings, 21,840 parameters", lenet_plain},
    Definition{"logreg", "one linear layer, 7,850 parameters", logreg},
    Definition{"mlp", "784-128-64-10 with ReLU, 109,386 parameters", mlp},
    Definition{"mnist_new", "today's network of pytorch/examples, 1,199,882 parameters", mnist_new},
    Definition{"mnist_old", "an earlier network of pytorch/examples, 431,080 parameters", mnist_old},
    Definition{"separable", "depthwise-separable convolutions and batch-norm, 11,466 parameters", separable},
};

}  // namespace

std::span<const Definition> definitions() { return kDefinitions; }

const Definition* find_definition(std::string_view name) {
  const auto found = std::find_if(kDefinitions.begin(), kDefinitions.end(),
                                  [&](const Definition& definition) { return definition.name == name; });
  return found == kDefinitions.end() ? nullptr : &*found;
}

}  // namespace lentil::models
