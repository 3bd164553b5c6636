#include "models/registry.h"

#include <catch2/catch.hpp>
#include <iterator>
#include <set>
#include <string>

#include "formats/model_writer.h"
#include "formats/spec.h"

namespace lentil::models {
namespace {

TEST_CASE("every named network makes a readable file with ten labels") {
  for (const Definition& definition : definitions()) {
    const formats::ModelFile file = definition.make();
    CHECK(!file.name.empty());
    CHECK(!definition.summary.empty());
    CHECK(file.labels.size() == 10);
    CHECK(file.input == Shape{1, 28, 28});
    CHECK(file.normalization.mean[0] == 0.1307f);
    CHECK(file.normalization.std[0] == 0.3081f);
    CHECK(formats::read_model(formats::write_model(file)));
  }
}

// The line says every layer with its settings; layers with parameters have their default names, conv1 and so
// on, unless it says others.
struct Expected {
  std::string_view name;
  std::string class_name;  // as PyTorch would call it
  std::size_t parameters;
  std::string line;
};
const Expected kExpected[] = {
    {"lenet", "LeNet", 21'840,
     "conv 10 k5, maxpool 2, relu, conv 20 k5, dropout2d, maxpool 2, relu, flatten, linear 50, relu, "
     "dropout, "
     "linear 10, logsoftmax"},
    {"lenet5", "LeNet5", 61'706,
     "conv 6 k5 p2, relu, maxpool 2, conv 16 k5, relu, maxpool 2, flatten, linear 120, relu, linear 84, "
     "relu, "
     "linear 10, logsoftmax"},
    {"lenet5_tanh", "LeNet5Tanh", 61'706,
     "conv 6 k5 p2, tanh, avgpool 2, conv 16 k5, tanh, avgpool 2, flatten, linear 120, tanh, linear 84, "
     "tanh, "
     "linear 10, logsoftmax"},
    {"lenet_plain", "LeNet", 21'840,
     "conv 10 k5, maxpool 2, relu, conv 20 k5, maxpool 2, relu, flatten, linear 50, relu, linear 10, "
     "logsoftmax"},
    {"logreg", "LogisticRegression", 7'850, "flatten, linear 10, logsoftmax"},
    {"mlp", "MLP", 109'386, "flatten, linear 128, relu, linear 64, relu, linear 10, logsoftmax"},
    {"mnist_new", "Net", 1'199'882,
     "conv 32 k3, relu, conv 64 k3, relu, maxpool 2, dropout 0.25, flatten, linear 128, relu, dropout, "
     "linear 10, logsoftmax"},
    {"mnist_old", "Net", 431'080,
     "conv 20 k5, relu, maxpool 2, conv 50 k5, relu, maxpool 2, flatten, linear 500, relu, linear 10, "
     "logsoftmax"},
    {"separable", "SeparableNet", 11'466,
     "conv 16 k3 s2 p1 nobias, bn, relu, conv 16 k3 p1 g16 nobias @depthwise1, bn, relu, "
     "conv 32 k1 nobias @pointwise1, bn, relu, conv 32 k3 s2 p1 g32 nobias @depthwise2, bn, relu, "
     "conv 64 k1 nobias @pointwise2, bn, relu, conv 64 k3 p1 g64 nobias @depthwise3, bn, relu, "
     "conv 96 k1 nobias @pointwise3, bn, relu, globalavgpool, flatten, linear 10, logsoftmax"},
};

TEST_CASE("named networks have their layers, parameters and classes") {
  CHECK(definitions().size() == std::size(kExpected));
  for (const Expected& expected : kExpected) {
    INFO(expected.name);
    const Definition* definition = find_definition(expected.name);
    REQUIRE(definition != nullptr);
    const formats::ModelFile file = definition->make();
    CHECK(file.name == expected.class_name);
    CHECK(*formats::to_spec(file) == expected.line);
    std::size_t parameters = 0;
    for (const auto& layer : file.layers)
      parameters += layer.tensor(Slot::weight).size() + layer.tensor(Slot::bias).size();
    CHECK(parameters == expected.parameters);
  }
}

TEST_CASE("summaries tell the number of parameters") {
  for (const Expected& expected : kExpected) {
    std::string number = std::to_string(expected.parameters);
    for (std::size_t at = number.size(); at > 3; at -= 3) number.insert(at - 3, 1, ',');
    CHECK(find_definition(expected.name)->summary.find(" " + number + " parameters") != std::string::npos);
  }
}

TEST_CASE("only the name itself finds a network") {
  CHECK(find_definition("LeNet") == nullptr);
  CHECK(find_definition("lenet6") == nullptr);
  CHECK(find_definition("") == nullptr);
}

TEST_CASE("no name is given twice") {
  std::set<std::string_view> names;
  for (const Definition& definition : definitions()) CHECK(names.insert(definition.name).second);
}

}  // namespace
}  // namespace lentil::models
