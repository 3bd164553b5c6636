#include "formats/host/named_tensor.h"

#include <catch2/catch.hpp>

#include "tests/formats/sample_models.h"

using namespace lentil;
using namespace lentil::formats;

TEST_CASE("a state_dict has PyTorch's names, shapes and order") {
  std::vector<std::string> names;
  for (const NamedTensor& tensor : state_dict(first_model())) names.push_back(tensor.name);
  CHECK(names == std::vector<std::string>{"conv1.weight", "conv1.bias", "bn1.weight", "bn1.bias",
                                          "bn1.running_mean", "bn1.running_var", "fc1.weight", "fc1.bias"});
  const NamedTensor weight = state_dict(first_model())[0];
  CHECK(weight.shape == std::vector<std::uint32_t>{2, 1, 3, 3});
  CHECK(weight.values == first_model().layers[0].tensor(Slot::weight));
  CHECK(weight.type == "float32");
}

TEST_CASE("a constant is a tensor of its layer, and what a layer lacks is none") {
  const auto tensors = state_dict(third_model());
  CHECK(tensors[0].name == "mean.constant");
  CHECK(tensors[0].values == std::vector<float>{0.5f, 0.25f});
  CHECK(tensors[1].name == "conv1.weight");
  CHECK(tensors[2].name == "bn1.weight");  // conv1 has no bias
}
