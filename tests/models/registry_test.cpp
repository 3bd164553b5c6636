#include "models/registry.h"

#include <catch2/catch.hpp>
#include <set>
#include <utility>

#include "formats/model_writer.h"

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

TEST_CASE("networks are found by name and call themselves as PyTorch would call their classes") {
  for (const auto& [name, class_name] :
       {std::pair{"lenet", "LeNet"}, std::pair{"logreg", "LogisticRegression"}, std::pair{"mlp", "MLP"}}) {
    REQUIRE(find_definition(name) != nullptr);
    CHECK(find_definition(name)->make().name == class_name);
  }
  CHECK(find_definition("LeNet") == nullptr);
  CHECK(find_definition("") == nullptr);
}

TEST_CASE("no name is given twice") {
  std::set<std::string_view> names;
  for (const Definition& definition : definitions()) CHECK(names.insert(definition.name).second);
}

}  // namespace
}  // namespace lentil::models
