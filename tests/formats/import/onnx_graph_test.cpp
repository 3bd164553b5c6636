// What an ONNX file says besides its layers: order, names, outputs, labels, values in other files.
#include <catch2/catch.hpp>

#include "formats/host/file_io.h"
#include "tests/formats/import/onnx_file.h"
#include "tests/support/temporary_folder.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;
using test::OnnxFile;

namespace {

ModelFile network_of(const Outcome<Imported>& imported) {
  if (!imported) FAIL(imported.error().message);
  return std::get<ModelFile>(imported->contents);
}

std::string failure_of(const OnnxFile& file, const std::string& path = "hand.onnx") {
  const auto imported = file.imported(path);
  REQUIRE_FALSE(imported);
  CHECK_THAT(imported.error().message, Catch::StartsWith(path + ": "));
  return imported.error().message;
}

// The weights of the small network in the file `location`, which has `size` bytes.
OnnxFile with_external(const std::string& location, std::uint64_t offset, std::uint64_t length) {
  OnnxFile file = test::small_network();
  auto& tensor = *file.graph().mutable_initializer(0);
  tensor.clear_raw_data();
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  const auto add = [&](const std::string& key, const std::string& value) {
    auto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  add("location", location);
  add("offset", std::to_string(offset));
  add("length", std::to_string(length));
  return file;
}

}  // namespace

TEST_CASE("an ONNX graph with a cycle, an undefined or a doubly defined name is refused by name") {
  OnnxFile cycle({0, 1, 2, 2});
  cycle.node("Add", {"x", "b"}, "a");
  cycle.node("Relu", {"a"}, "b");
  cycle.classify("b", 4);
  CHECK_THAT(failure_of(cycle), Contains("cycle") && (Contains("'a'") || Contains("'b'")));

  OnnxFile undefined({0, 1, 2, 2});
  undefined.node("Add", {"x", "nowhere"}, "a");
  undefined.classify("a", 4);
  CHECK_THAT(failure_of(undefined), Contains("'nowhere'") && Contains("Add node 'a'"));

  OnnxFile twice = test::small_network();
  twice.node("Relu", {"x"}, "r");
  CHECK_THAT(failure_of(twice), Contains("'r' is defined twice"));

  OnnxFile constants = test::small_network();
  constants.floats("conv.weight", {1});
  CHECK_THAT(failure_of(constants), Contains("two initialisers 'conv.weight'"));

  OnnxFile output({0, 1, 2, 2});
  output.node("Relu", {"x"}, "r");
  CHECK_THAT(failure_of(output), Contains("output 'y' is computed by no node"));
}

TEST_CASE("operations that Lentil has not are refused by what they are") {
  const auto refusal = [](const std::string& op, const std::string& domain = "") {
    OnnxFile file({0, 1, 2, 2});
    auto& node = file.node(op, {"x"}, "z");
    node.set_name("here");
    node.set_domain(domain);
    file.classify("z", 4);
    return failure_of(file);
  };
  CHECK_THAT(refusal("QLinearConv"), Contains("QLinearConv node 'here'") && Contains("quantised"));
  CHECK_THAT(refusal("DynamicQuantizeLinear"), Contains("quantised"));
  CHECK_THAT(refusal("MatMulInteger"), Contains("quantised"));
  CHECK_THAT(refusal("LSTM"), Contains("recurrent"));
  CHECK_THAT(refusal("If"), Contains("control flow"));
  CHECK_THAT(refusal("SoftmaxCrossEntropyLoss"), Contains("training"));
  CHECK_THAT(refusal("FusedConv", "com.microsoft"), Contains("'com.microsoft'"));
  CHECK_THAT(refusal("LRN"), Contains("LRN node 'here'") && Contains("no such operation"));
}

TEST_CASE("what a layer of ours cannot do is refused with the reason") {
  OnnxFile six({0, 1, 2, 2}, 7);
  auto& clip = six.node("Clip", {"x"}, "z");
  for (const auto& [name, value] : {std::pair{"min", 0.0f}, {"max", 6.0f}}) {
    auto& attribute = *clip.add_attribute();
    attribute.set_name(name);
    attribute.set_f(value);
  }
  six.classify("z", 4);
  CHECK_THAT(failure_of(six), Contains("Clip node 'z'") && Contains("ReLU"));

  OnnxFile rows({0, 1, 2, 2});
  rows.floats("w", {2, 3});
  rows.node("MatMul", {"x", "w"}, "y");
  CHECK_THAT(failure_of(rows), Contains("flatten it first"));

  OnnxFile turned({0, 2, 2, 3});
  test::set_integers(turned.node("Transpose", {"x"}, "z"), "perm", {0, 1, 3, 2});
  turned.classify("z", 12);
  CHECK_THAT(failure_of(turned), Contains("Transpose node 'z'") && Contains("channels"));

  OnnxFile part({0, 1, 2, 2});
  part.integers("zero", {0});
  part.integers("one", {1});
  part.node("Slice", {"x", "zero", "one", "one"}, "z");
  part.node("Slice", {"z", "zero", "one", "zero"}, "u");
  part.integers("three", {3});
  part.node("Slice", {"u", "zero", "one", "three"}, "v");
  part.classify("v", 2);
  CHECK_THAT(failure_of(part), Contains("Slice node 'v'") && Contains("takes a part"));

  OnnxFile weights({0, 1, 6, 6});
  weights.node("Relu", {"x"}, "w");
  weights.node("Conv", {"x", "w"}, "z");
  weights.classify("z", 1);
  CHECK_THAT(failure_of(weights), Contains("'w'") && Contains("constant"));
}

TEST_CASE("the first output that is one value for each class is taken, and said") {
  OnnxFile file = test::small_network();
  file.graph().clear_output();
  for (const char* name : {"best", "r", "y"}) file.graph().add_output()->set_name(name);
  file.node("ArgMax", {"y"}, "best");
  const auto imported = file.imported();
  const ModelFile network = network_of(imported);
  CHECK(network.layers.back().settings.type == LayerType::linear);
  REQUIRE(imported->notes.size() == 1);
  CHECK_THAT(imported->notes[0], Contains("of its 3 outputs 'y' is taken"));
}

TEST_CASE("a choice of the class at the end is left out, and said") {
  OnnxFile file = test::small_network();
  file.graph().clear_output();
  file.graph().add_output()->set_name("answer");
  file.node("ArgMax", {"y"}, "best");
  file.node("Cast", {"best"}, "answer");
  const auto imported = file.imported();
  CHECK(network_of(imported).layers.size() == 4);
  REQUIRE(imported->notes.size() == 1);
  CHECK_THAT(imported->notes[0], Contains("'answer'") && Contains("scores 'y'"));
}

TEST_CASE("an ONNX file with several inputs is refused") {
  OnnxFile file({0, 1, 2, 2});
  *file.graph().add_input() = file.graph().input(0);
  file.graph().mutable_input(1)->set_name("mask");
  file.node("Add", {"x", "mask"}, "z");
  file.classify("z", 4);
  CHECK_THAT(failure_of(file), Contains("several inputs") && Contains("'mask'"));
}

TEST_CASE("labels and the description of an ONNX file are kept") {
  OnnxFile file = test::small_network();
  auto& labels = *file.model().add_metadata_props();
  labels.set_key("labels");
  labels.set_value("circle\nsquare");
  file.model().set_doc_string("Shapes.");
  const ModelFile network = network_of(file.imported());
  CHECK(network.labels == std::vector<std::string>{"circle", "square"});
  CHECK(network.description == "Shapes.");
}

TEST_CASE("names of layers stay unique, whatever the tensors are called") {
  OnnxFile file({0, 1, 6, 6});
  file.floats("conv2.weight", {1, 1, 1, 1});
  for (const char* name : {"w", "onnx::Conv_3"}) file.floats(name, {1, 1, 1, 1});
  file.node("Conv", {"x", "conv2.weight"}, "a");
  file.node("Conv", {"a", "w"}, "b");
  file.node("Conv", {"b", "onnx::Conv_3"}, "c");
  file.node("Conv", {"c", "conv2.weight"}, "d");
  file.classify("d", 36);
  const ModelFile network = network_of(file.imported());
  std::vector<std::string> names;
  for (const LayerData& layer : network.layers) names.push_back(layer.name);
  CHECK(names == std::vector<std::string>{"conv2", "conv1", "conv3", "conv4", "flatten1", "fc"});
}

TEST_CASE("a linear layer whose weights were renamed takes its name from the bias behind it") {
  OnnxFile file({0, 1, 2, 2});
  file.floats("onnx::MatMul_7", {4, 2});
  file.floats("head.bias", {2});
  file.node("Flatten", {"x"}, "f");
  file.node("MatMul", {"f", "onnx::MatMul_7"}, "m");
  file.node("Add", {"head.bias", "m"}, "y");
  const ModelFile network = network_of(file.imported());
  REQUIRE(network.layers.size() == 2);
  CHECK(network.layers[1].name == "head");
  CHECK(network.layers[1].tensor(Slot::bias) == std::vector<float>{1, 2});
}

TEST_CASE("values of an ONNX file are read from the file beside it") {
  const test::TemporaryFolder folder;
  std::vector<float> values(20, 0.0f);
  std::iota(values.begin() + 2, values.end(), 1.0f);
  REQUIRE(write_file_atomically(folder.path("weights.bin"), std::as_bytes(std::span(values))));
  const ModelFile network = network_of(with_external("weights.bin", 8, 72).imported(folder.path("m.onnx")));
  CHECK(network.layers[0].tensor(Slot::weight) == std::vector<float>(values.begin() + 2, values.end()));

  const auto refusal = [&](const std::string& location, std::uint64_t offset, std::uint64_t length) {
    return failure_of(with_external(location, offset, length), folder.path("m.onnx"));
  };
  CHECK_THAT(refusal("absent.bin", 0, 72),
             Contains("'conv.weight'") && Contains("absent.bin") && Contains("copy it there"));
  CHECK_THAT(refusal("weights.bin", 81, 72), Contains("begins beyond the end of weights.bin"));
  CHECK_THAT(refusal("weights.bin", 9, 72), Contains("ends beyond the end of weights.bin"));
  CHECK_THAT(refusal("weights.bin", 0, 76), Contains("76 bytes"));
  CHECK_THAT(refusal("weights.bin", ~std::uint64_t{0}, 72), Contains("beyond"));
  for (const char* location : {"/etc/passwd", "../weights.bin", "", "..", "a\\b", "sub/weights.bin"})
    CHECK_THAT(refusal(location, 0, 72), Contains("only plain names"));
}
