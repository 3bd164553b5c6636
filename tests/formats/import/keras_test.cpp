#include "formats/host/zip_archive.h"
#include "formats/import/keras_weights.h"
#include "tests/formats/import/model_import.h"
#include "tests/golden/keras_files.h"

using namespace lentil;
using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;

namespace {

// An archive with this description and the weights of branches.keras.
Bytes archive(std::string_view description) {
  const Bytes whole = data_file("branches.keras");
  const auto zip = ZipReader::open(whole, "branches.keras");
  REQUIRE(zip);
  const auto weights = zip->read("model.weights.h5");
  REQUIRE(weights);
  const std::vector<ZipMember> members{{"config.json", std::as_bytes(std::span(description))},
                                       {"model.weights.h5", *weights}};
  const auto bytes = zip_bytes(members, Packing::stored);
  REQUIRE(bytes);
  return *bytes;
}

// A network of this one layer behind an input of 4x4x1.
std::string of_layer(const std::string& kind, const std::string& settings) {
  return R"({"class_name":"Sequential","config":{"layers":[{"class_name":")" + kind +
         R"(","config":{"name":"it","batch_shape":[null,4,4,1])" + (settings.empty() ? "" : ",") + settings +
         "}}]}}";
}

const ModelFile& network(const Imported& imported) { return std::get<ModelFile>(imported.contents); }

Imported imported_file(const std::string& name) {
  auto imported = import_bytes(data_file(name));
  REQUIRE(imported);
  return std::move(*imported);
}

}  // namespace

TEST_CASE("Keras files of all three generations compute what TensorFlow's arithmetic gives") {
  for (const TfFile& file : kKerasFiles) check_outputs(file);
}

TEST_CASE("a Keras network keeps the names of layers with weights, and says what it left out") {
  const Imported imported = imported_file("chain.h5");
  CHECK(imported.format == "Keras 2.9.0, HDF5");
  CHECK(network(imported).name == "chain");
  CHECK(network(imported).layers[0].name == "conv2d_7");
  CHECK(network(imported).layers[2].settings.padding == Padding{1, 0, 0, 2});
  REQUIRE(imported.notes.size() == 1);
  CHECK_THAT(imported.notes[0], Contains("GaussianNoise") && Contains("left out"));
}

TEST_CASE("Keras weights without a network come under PyTorch's names, in its order and in the network's") {
  const Imported imported = imported_file("weights_only.h5");
  const auto& weights = std::get<WeightFile>(imported.contents);
  std::vector<std::string> names;
  for (const NamedTensor& tensor : weights.tensors) names.push_back(tensor.name);
  CHECK(names ==
        std::vector<std::string>{"conv.weight", "bn.weight", "bn.running_var", "fc.bias", "fc.weight"});
  const NamedTensor& fc = *weights.find("fc.weight");
  CHECK(fc.shape == std::vector<std::uint32_t>{2, 3});
  CHECK(fc.values == std::vector<float>{0, 2, 4, 1, 3, 5});
  CHECK(fc.type == "float64");
  const NamedTensor& conv = *weights.find("conv.weight");
  CHECK(conv.shape == std::vector<std::uint32_t>{2, 2, 2, 3});
  CHECK(conv.values[1] == 4);  // the next column
  CHECK(conv.values[6] == 2);  // the next input
  CHECK_FALSE(imported.notes.empty());
}

TEST_CASE("links out of the file and round in circles are not followed") {
  const Imported imported = imported_file("links.h5");
  const auto& weights = std::get<WeightFile>(imported.contents);
  REQUIRE(weights.tensors.size() == 1);
  CHECK(weights.tensors[0].name == "a.weight");
}

TEST_CASE("a Keras data set that promises more than its file holds is refused") {
  CHECK_THAT(refusal(data_file("huge.h5")), Contains("a/a/kernel:0") && Contains("too large"));
}

TEST_CASE("layers that Keras has and Lentil has not are refused by name") {
  const auto refused = [](const std::string& kind, const std::string& settings) {
    return refusal(archive(of_layer(kind, settings)));
  };
  CHECK_THAT(refused("QuantConv2D", ""), Contains("'it' (QuantConv2D)"));
  CHECK_THAT(refused("LSTM", ""), Contains("'it' (LSTM)"));
  CHECK_THAT(refused("Lambda", ""), Contains("'it' (Lambda)"));
  CHECK_THAT(refused("Activation", R"("activation":"selu")"), Contains("'selu' is not supported"));
  CHECK_THAT(refused("ReLU", R"("max_value":6.0)"), Contains("ReLU6"));
  CHECK_THAT(refused("Conv2D", R"("kernel_size":[3,3],"padding":"causal")"), Contains("causal"));
  CHECK_THAT(refused("Dense", R"("units":3)"), Contains("the file holds no kernel") || Contains("Flatten"));
  CHECK_THAT(refused("Concatenate", R"("axis":1)"), Contains("another axis"));
  CHECK_THAT(refused("BatchNormalization", R"("axis":1)"), Contains("another axis"));
  CHECK_THAT(refused("Softmax", ""), Contains("only flat ones"));
  CHECK_THAT(refused("Reshape", R"("target_shape":[5,-1])"),
             Contains("impossible sizes") || Contains("reshape"));
}

TEST_CASE("a Keras description of the wrong form is refused in words") {
  const auto refused = [](const std::string& text) { return refusal(archive(text)); };
  CHECK_THAT(refused(""), Contains("no JSON"));
  CHECK_THAT(refused("{}"), Contains("how large its input is"));
  CHECK_THAT(refused("[1, 2]"), Contains("how large its input is"));
  CHECK_THAT(refused(R"({"class_name":7,"config":{"layers":{"a":1}}})"), Contains("how large"));
  CHECK_THAT(refused(std::string(100'000, '[')), Contains("nested too deeply"));
  CHECK_THAT(refused(std::string(600'000, ' ')), Contains("more than the limit"));
  CHECK_THAT(refused(of_layer("ReLU", R"("x":)" + std::string(200, '[') + std::string(200, ']'))),
             Contains("nested too deeply"));
  CHECK_THAT(refused(R"({"class_name":"Sequential","config":{"layers":[
      {"class_name":"InputLayer","config":{"batch_shape":[null,null,28,1]}}]}})"),
             Contains("any size"));
  CHECK_THAT(refused(of_layer("MaxPooling2D", R"("pool_size":[0,-3],"padding":"same")")), Contains("window"));
  CHECK_THAT(refused(of_layer("ZeroPadding2D", R"("padding":99999999999)")), Contains("padding"));
  CHECK_THAT(refused(of_layer("Dropout", R"("rate":3)")), Contains("rate"));
}

TEST_CASE("a Keras graph that goes round in a circle, or uses a layer twice, is refused") {
  const auto graph = [](const std::string& a, const std::string& b) {
    return archive(R"({"class_name":"Functional","config":{"output_layers":[["b",0,0]],"layers":[
      {"class_name":"InputLayer","name":"in","config":{"batch_shape":[null,4]},"inbound_nodes":[]},
      {"class_name":"ReLU","name":"a","config":{},"inbound_nodes":)" +
                   a + R"(},{"class_name":"ReLU","name":"b","config":{},"inbound_nodes":)" + b + "}]}}");
  };
  CHECK(import_bytes(graph(R"([[["in",0,0,{}]]])", R"([[["a",0,0,{}]]])")));
  CHECK_THAT(refusal(graph(R"([[["b",0,0,{}]]])", R"([[["a",0,0,{}]]])")), Contains("circle"));
  CHECK_THAT(refusal(graph(R"([[["in",0,0,{}]],[["in",0,0,{}]]])", R"([[["a",0,0,{}]]])")),
             Contains("more than once"));
}

TEST_CASE("no damage to a Keras file does harm") {
  survive_damage(data_file("chain.h5"), 23);
  survive_damage(data_file("channels_first.h5"), 5);
  survive_damage(data_file("links.h5"), 3);
  survive_damage(data_file("huge.h5"), 3);
  survive_damage(data_file("branches.keras"), 41);
}

TEST_CASE("names of Keras's classes become those of its groups") {
  CHECK(keras_snake_case("Conv2D") == "conv2d");
  CHECK(keras_snake_case("PReLU") == "p_re_lu");
  CHECK(keras_snake_case("ReLU") == "re_lu");
  CHECK(keras_snake_case("BatchNormalization") == "batch_normalization");
  CHECK(keras_snake_case("SeparableConv2D") == "separable_conv2d");
  CHECK(keras_role("model_weights/dense/dense/kernel:0") == "kernel");
  CHECK(keras_role("dense_1/dense_1_W") == "kernel");
  CHECK(keras_role("bn/bn/moving_variance") == "moving_variance");
}
