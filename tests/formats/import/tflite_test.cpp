#include "formats/import/tflite_graph.h"
#include "tests/formats/import/model_import.h"
#include "tests/golden/tflite_files.h"

using namespace lentil;
using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;

namespace {

using tflite::BuiltinOperator;
using Index = std::vector<std::int32_t>;

struct Tensor {
  Index shape;
  std::vector<float> values{};  // of a constant
  std::uint32_t buffer = 0;     // instead of `values`
};
struct Operator {
  BuiltinOperator code;
  Index inputs, outputs;
};

// A file of these; options are left out.
Bytes file_of(const std::vector<Tensor>& tensors, const std::vector<Operator>& operators, Index input,
              Index output) {
  flatbuffers::FlatBufferBuilder b;
  std::vector<flatbuffers::Offset<tflite::Buffer>> buffers{tflite::CreateBuffer(b)};
  std::vector<flatbuffers::Offset<tflite::Tensor>> made;
  for (const Tensor& t : tensors) {
    std::uint32_t buffer = t.buffer;
    if (!t.values.empty()) {
      buffer = static_cast<std::uint32_t>(buffers.size());
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(t.values.data());
      buffers.push_back(tflite::CreateBuffer(b, b.CreateVector(bytes, 4 * t.values.size())));
    }
    made.push_back(tflite::CreateTensor(b, b.CreateVector(t.shape), tflite::TensorType_FLOAT32, buffer));
  }
  std::vector<flatbuffers::Offset<tflite::OperatorCode>> codes;
  std::vector<flatbuffers::Offset<tflite::Operator>> ops;
  for (const Operator& op : operators) {
    ops.push_back(tflite::CreateOperator(b, static_cast<std::uint32_t>(codes.size()),
                                         b.CreateVector(op.inputs), b.CreateVector(op.outputs)));
    codes.push_back(tflite::CreateOperatorCode(b, 0, 0, 1, op.code));
  }
  const std::vector graphs{tflite::CreateSubGraph(b, b.CreateVector(made), b.CreateVector(input),
                                                  b.CreateVector(output), b.CreateVector(ops))};
  tflite::FinishModelBuffer(b, tflite::CreateModel(b, 3, b.CreateVector(codes), b.CreateVector(graphs), 0,
                                                   b.CreateVector(buffers)));
  const auto bytes = std::as_bytes(std::span(b.GetBufferPointer(), b.GetSize()));
  return {bytes.begin(), bytes.end()};
}

constexpr auto kDense = tflite::BuiltinOperator_FULLY_CONNECTED;
constexpr auto kRelu = tflite::BuiltinOperator_RELU;
const Tensor kWeights{{1, 2}, {1, 2}};

}  // namespace

TEST_CASE("TensorFlow Lite files compute what TensorFlow's arithmetic gives") {
  for (const TfFile& file : kTfliteFiles) check_outputs(file);
}

TEST_CASE("a TensorFlow Lite file's network is named after the file, and hybrid weights are told") {
  const auto imported = import_bytes(data_file("hybrid.tflite"));
  REQUIRE(imported);
  CHECK(imported->format == "TensorFlow Lite");
  CHECK(std::get<ModelFile>(imported->contents).name == "net");
  REQUIRE(imported->notes.size() == 1);
  CHECK_THAT(imported->notes[0], Contains("integer weights"));
}

TEST_CASE("TensorFlow Lite files that no network of floats can stand for are refused by what they are") {
  CHECK_THAT(refusal(data_file("quantized.tflite")), Contains("fully quantized") && Contains("float model"));
  CHECK_THAT(refusal(data_file("custom.tflite")),
             Contains("'edgetpu-custom-op'") && Contains("compiled from"));
  CHECK_THAT(refusal(data_file("recurrent.tflite")), Contains("UNIDIRECTIONAL_SEQUENCE_LSTM"));
  CHECK_THAT(refusal(data_file("relu6.tflite")), Contains("RELU6"));
  CHECK_THAT(refusal(file_of({{{1, 2}}, {{1, 2}}}, {{tflite::BuiltinOperator_COS, {0}, {1}}}, {0}, {1})),
             Contains("COS"));
}

TEST_CASE("a TensorFlow Lite file whose shapes are empty takes its input's size from the weights") {
  const auto imported = import_bytes(file_of({{{}}, kWeights, {{}}}, {{kDense, {0, 1}, {2}}}, {0}, {2}));
  REQUIRE(imported);
  CHECK(std::get<ModelFile>(imported->contents).input == Shape{2, 1, 1});
}

TEST_CASE("impossible TensorFlow Lite graphs are refused in words") {
  const Tensor in{{1, 2}}, out{{1, 1}};
  const auto refused = [&](const Tensor& weights, const Operator& op) {
    return refusal(file_of({in, weights, out}, {op}, {0}, {2}));
  };
  CHECK_THAT(refused(kWeights, {kDense, {0, 77}, {2}}), Contains("there is no tensor 77"));
  CHECK_THAT(refused(kWeights, {kDense, {-5, 1}, {2}}), Contains("tensor -5"));
  CHECK_THAT(refused(kWeights, {kDense, {2, 1}, {2}}), Contains("no output of an operator before it"));
  CHECK_THAT(refused(kWeights, {kDense, {0, 1}, {0}}), Contains("output of two operators"));
  CHECK_THAT(refused(kWeights, {kDense, {0, 1}, {99}}), Contains("no tensor of the file"));
  CHECK_THAT(refused(kWeights, {kDense, {0, 1}, {}}), Contains("no tensor of the file"));
  CHECK_THAT(refused(kWeights, {kDense, {}, {2}}), Contains("tensor -1"));
  CHECK_THAT(refused({{-1, 2}, {1, 2}}, {kDense, {0, 1}, {2}}), Contains("negative size"));
  CHECK_THAT(refused({{1 << 30, 1 << 30}, {1, 2}}, {kDense, {0, 1}, {2}}), Contains("8 bytes, not those of"));
  CHECK_THAT(refused({{1, 2}, {}, 40}, {kDense, {0, 1}, {2}}), Contains("no constant of this file"));
  CHECK_THAT(refused({{1, 3}, {1, 2, 3}}, {kDense, {0, 1}, {2}}),
             Contains("do not suit its input of 2 values"));
  CHECK_THAT(refusal(file_of({in}, {}, {0}, {0})), Contains("no operators"));
  CHECK_THAT(refusal(file_of({in, out}, {{kRelu, {0}, {1}}}, {7}, {1})), Contains("input is no tensor"));
  CHECK_THAT(refusal(file_of({in, out}, {{kRelu, {0}, {1}}}, {0}, {7})), Contains("computed by no operator"));
  CHECK_THAT(refusal(file_of({{{1, 2, 3, 4, 5, 6}}, out}, {{kRelu, {0}, {1}}}, {0}, {1})), Contains("axes"));
}

TEST_CASE("weights that many operators share do not fill the memory") {
  constexpr std::int32_t kSide = 512, kLayers = 200;
  std::vector<Tensor> tensors{{{1, kSide}}, {{kSide, kSide}, std::vector<float>(kSide * kSide, 0.5f)}};
  std::vector<Operator> operators;
  for (std::int32_t i = 0; i < kLayers; ++i) {
    tensors.push_back({{1, kSide}});
    operators.push_back({kDense, {i == 0 ? 0 : i + 1, 1}, {i + 2}});
  }
  CHECK_THAT(refusal(file_of(tensors, operators, {0}, {kLayers + 1})),
             Contains("more weights than it can hold"));
}

TEST_CASE("no damage to a TensorFlow Lite file does harm") {
  for (const char* name :
       {"chain.tflite", "hybrid.tflite", "planes.tflite", "quantized.tflite", "custom.tflite"})
    survive_damage(data_file(name), 1);
}
