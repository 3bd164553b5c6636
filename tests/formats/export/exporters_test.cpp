#include <catch2/catch.hpp>

#include "tests/formats/export/exported_models.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

std::string text_of(const Exporter& exporter, const ModelFile& file) {
  const auto bytes = exporter.write(file);
  REQUIRE(bytes);
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

WeightFile read_again(const Exporter& exporter, const ModelFile& file) {
  const auto bytes = exporter.write(file);
  REQUIRE(bytes);
  auto imported = import_source({"again", AlignedBytes(*bytes)});
  if (!imported) FAIL(imported.error().message);
  return std::get<WeightFile>(imported->contents);
}

void check_same_weights(const Exporter& exporter, const ModelFile& file) {
  INFO(exporter.name << " of " << file.name);
  const std::vector<NamedTensor> expected = state_dict(file);
  const WeightFile found = read_again(exporter, file);
  REQUIRE(found.tensors.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(found.tensors[i].name == expected[i].name);
    CHECK(found.tensors[i].shape == expected[i].shape);
    CHECK(found.tensors[i].type == "float32");
    CHECK(test::same_bits(found.tensors[i].values, expected[i].values));
  }
}

}  // namespace

TEST_CASE("weights come back from safetensors and NumPy archives with every bit") {
  std::vector<ModelFile> files = test::drawn_networks();
  for (ModelFile& file : test::shipped_models()) files.push_back(std::move(file));
  files.push_back(third_model());
  REQUIRE(files.size() > 10);
  for (const ModelFile& file : files) {
    check_same_weights(kSafetensorsExporter, file);
    check_same_weights(kNpzExporter, file);
  }
}

TEST_CASE("the same model gives the same files") {
  const ModelFile file = third_model();
  for (const Exporter* exporter : exporters()) {
    INFO(exporter->name);
    CHECK(text_of(*exporter, file) == text_of(*exporter, file));
    CHECK(exporter->ending.starts_with("."));
    CHECK_FALSE(exporter->summary.empty());
  }
}

TEST_CASE("safetensors say what the network is and begin their values at a multiple of eight") {
  const std::string text = text_of(kSafetensorsExporter, first_model());
  const auto length = static_cast<unsigned char>(text[0]) + 256u * static_cast<unsigned char>(text[1]);
  CHECK(length % 8 == 0);
  CHECK_THAT(text, Contains(R"("format":"pt","name":"first","network":"input 1x6x6, conv 2 k3, bn,)"));
  CHECK_THAT(text, Contains(R"("labels":"[\"circle\",\"square\",\"cross\"]","licence":"Apache-2.0")"));
  CHECK_THAT(text, Contains(R"("conv1.weight":{"dtype":"F32","shape":[2,1,3,3],"data_offsets":[0,72]})"));
}

TEST_CASE("a name that could be taken for something else keeps a layer from being exported") {
  for (const std::string& name :
       {std::string("x\nimport os"), std::string("\xff\xfe"), std::string("a\x7f")}) {
    ModelFile file = first_model();
    file.layers[2].name = name;  // relu: a name that stands in comments alone
    for (const Exporter* exporter : exporters()) {
      if (exporter->write_as != nullptr) continue;  // it takes the file as it is, and says no name in a text
      INFO(exporter->name);
      const auto bytes = exporter->write(file);
      REQUIRE_FALSE(bytes);
      CHECK_THAT(bytes.error().message, Contains("the name of layer \""));
    }
  }
}
