#include <catch2/catch.hpp>

#include "formats/export/exporter.h"
#include "tests/formats/sample_models.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

std::string card_of(const ModelFile& file) {
  const auto bytes = kCardExporter.write(file);
  REQUIRE(bytes);
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

}  // namespace

TEST_CASE("a card tells licence, data and result in its front matter, and the rest below") {
  ModelFile file = first_model();
  file.training->data = "MNIST, original";
  const std::string card = card_of(file);
  CHECK(card.starts_with("---\nlicense: apache-2.0\nlibrary_name: lentil\n"));
  CHECK_THAT(card, Contains("datasets:\n- mnist\nmetrics:\n- accuracy\nmodel-index:\n- name: \"first\"\n"));
  CHECK_THAT(card,
             Contains("name: \"MNIST, original\"\n      type: mnist\n") && Contains("value: 0.9700\n---\n"));
  CHECK_THAT(card, Contains("---\n\n# First\nA network that knows nothing.\n") && !Contains("# first"));
  CHECK_THAT(card,
             Contains("with mean 0.25 and std 0.5.\n") && Contains("invert, scale 255, normalize 0.25 0.5."));
  CHECK_THAT(card, Contains("Classes, in order: circle, square, cross.\n"));
  CHECK_THAT(
      card, Contains("| conv1 | Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1)) | (input) | 2x4x4 | 20 |\n"));
  CHECK_THAT(card, Contains("| shapes.idx | 0123456789abcdef0123456789abcdef |\n"));
  CHECK_THAT(card, Contains("The weights have changed since: they were `fedcba9876543210`."));
}

TEST_CASE("a card of a model that says little of itself is still a card") {
  ModelFile file = third_model();
  file.licence = "My own: see \"LICENCE\"";
  const std::string card = card_of(file);
  CHECK_THAT(card, Contains("license: other\nlicense_name: \"My own: see \\\"LICENCE\\\"\"\n"));
  CHECK_THAT(card, !Contains("datasets:") && !Contains("model-index") && !Contains("## Training"));
  CHECK_THAT(card, Contains("\n# third\n") && Contains("mean 0.25, 0.5 and std 0.5, 0.125."));
}

TEST_CASE("names in a card break no table") {
  ModelFile file = first_model();
  file.layers[2].name = "a|b<script>";
  CHECK_THAT(card_of(file), Contains("| a\\|b\\<script> | ReLU() |"));
}
