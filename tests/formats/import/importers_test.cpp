#include <catch2/catch.hpp>

#include "formats/import/importer.h"
#include "tests/support/temporary_folder.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

TEST_CASE("import reads model files of our own, whatever their name") {
  const auto imported = import_file(LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil");
  REQUIRE(imported);
  CHECK(imported->format == "Lentil model");
  CHECK(std::get<ModelFile>(imported->contents).name == "LeNet");
}

TEST_CASE("import tells what it can read when it is given something else") {
  const test::TemporaryFolder folder;
  const auto missing = import_file(folder.path("absent.onnx"));
  REQUIRE_FALSE(missing);
  CHECK_THAT(missing.error().message, Contains("absent.onnx"));
  const std::string text = "no model at all";
  const auto unknown = import_source({"text.pt", AlignedBytes(std::as_bytes(std::span(text)))});
  REQUIRE_FALSE(unknown);
  CHECK_THAT(unknown.error().message, Contains("text.pt") && Contains("Lentil model files (.lentil)"));
}
