// Each way in which the contents of a file can make no sense, by its name.
#include "formats/model_checks.h"

#include <catch2/catch.hpp>
#include <functional>
#include <limits>

#include "formats/crc32.h"
#include "formats/layer_rules.h"
#include "model_generated.h"
#include "tests/formats/sample_models.h"

namespace lentil::formats {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The layers of first_model().
enum FirstLayer : std::uint32_t { conv1, bn1, relu1, pool1, drop1, flatten1, fc1, log_softmax1 };

Error after(const std::function<void(ModelFile&)>& spoil) {
  ModelFile file = first_model();
  spoil(file);
  return error_of(file);
}

Status status_after(const std::function<void(ModelFile&)>& spoil) { return after(spoil).status; }

Status setting_after(std::uint32_t layer, const std::function<void(Layer&)>& spoil) {
  const Error error = after([&](ModelFile& f) { spoil(f.layers[layer].settings); });
  if (error.status != Status::ok) CHECK(error.where == layer);
  return error.status;
}

TEST_CASE("the untouched file is fine") {
  CHECK(status_after([](ModelFile&) {}) == Status::ok);
}

TEST_CASE("a file without layers is refused") {
  CHECK(status_after([](ModelFile& f) { f.layers.clear(); }) == Status::missing_layers);
}

TEST_CASE("more layers than a plan can count are refused") {
  const Error error = after([](ModelFile& f) { f.layers.resize(kMaxLayers + 1, f.layers[relu1]); });
  CHECK(error.status == Status::too_many_layers);
  CHECK(error.needed == kMaxLayers);
  CHECK(error.given == kMaxLayers + 1u);
}

TEST_CASE("the most layers that are allowed are read") {
  CHECK(status_after([](ModelFile& f) { f.layers.resize(kMaxLayers, f.layers[relu1]); }) == Status::ok);
}

TEST_CASE("a layer type that the reader does not know is refused by its number") {
  const Error error = after([](ModelFile& f) { f.layers[drop1].settings.type = static_cast<LayerType>(23); });
  CHECK(error.status == Status::unknown_layer_type);
  CHECK(error.where == drop1);
  CHECK(error.given == 23);
}

TEST_CASE("a layer takes its input from earlier layers only") {
  const auto input = [](std::int16_t index) {
    return after([index](ModelFile& f) { f.layers[relu1].inputs = {index}; });
  };
  CHECK(input(1).status == Status::ok);
  CHECK(input(kNetworkInput).status == Status::ok);
  CHECK(input(2).status == Status::bad_layer_input);
  CHECK(input(2).where == relu1);
  CHECK(input(2).given == 2);
  CHECK(input(-2).status == Status::bad_layer_input);
  CHECK(input(32767).status == Status::bad_layer_input);
}

TEST_CASE("a layer takes as many inputs as its type has") {
  const auto inputs = [](LayerType type, std::vector<std::int16_t> from) {
    return status_after([&](ModelFile& f) {
      f.layers[relu1].settings.type = type;
      f.layers[relu1].inputs = from;
    });
  };
  CHECK(inputs(LayerType::relu, {0, 1}) == Status::bad_hyperparameter);
  CHECK(inputs(LayerType::add, {0, 1}) == Status::ok);
  CHECK(inputs(LayerType::add, {}) == Status::bad_hyperparameter);
  CHECK(inputs(LayerType::mul, {0, 1, 1}) == Status::bad_hyperparameter);
  CHECK(inputs(LayerType::concat, {0, 1, 1}) == Status::ok);
  CHECK(inputs(LayerType::concat, {0}) == Status::bad_hyperparameter);
}

// Puts `type` with a constant in the place of relu1.
ModelFile with_constant(LayerType type, std::vector<float> values) {
  ModelFile file = first_model();
  LayerData& layer = file.layers[relu1];
  layer.name = "shift";
  layer.settings.type = type;
  layer.settings.out_features = static_cast<std::uint32_t>(values.size());
  layer.tensor(Slot::weight) = std::move(values);
  return file;
}

TEST_CASE("sums, differences and products take a constant in the place of their second input") {
  for (const LayerType type : {LayerType::add, LayerType::sub, LayerType::mul}) {
    CHECK(error_of(with_constant(type, {0.5f})).status == Status::ok);
    CHECK(error_of(with_constant(type, {1, 2})).status == Status::ok);
  }
  ModelFile file = with_constant(LayerType::add, {1, 2});
  file.layers[relu1].inputs = {0, 1};
  CHECK(error_of(file).status == Status::bad_hyperparameter);
  CHECK(error_of(file).needed == 1);
}

TEST_CASE("a constant is a tensor like others: it is there, is finite, and has a size and a name") {
  const auto spoilt = [](const std::function<void(LayerData&)>& spoil) {
    ModelFile file = with_constant(LayerType::mul, {1, 2});
    spoil(file.layers[relu1]);
    return error_of(file).status;
  };
  CHECK(spoilt([](LayerData& l) { l.tensor(Slot::weight).clear(); }) == Status::missing_tensor);
  CHECK(spoilt([](LayerData& l) { l.tensor(Slot::weight).pop_back(); }) == Status::bad_tensor_size);
  CHECK(spoilt([](LayerData& l) { l.tensor(Slot::weight)[1] = kNan; }) == Status::non_finite_weight);
  CHECK(spoilt([](LayerData& l) { l.tensor(Slot::bias) = {1, 2}; }) == Status::bad_tensor_size);
  CHECK(spoilt([](LayerData& l) { l.name.clear(); }) == Status::bad_name);
  CHECK(spoilt([](LayerData& l) { l.name = "conv1"; }) == Status::bad_name);
  CHECK(spoilt([](LayerData& l) { l.settings.out_features = 1u << 24; }) == Status::bad_hyperparameter);
  // Without a constant there must be two inputs, and no tensor.
  CHECK(spoilt([](LayerData& l) { l.settings.out_features = 0; }) == Status::bad_hyperparameter);
  CHECK(spoilt([](LayerData& l) {
          l.settings.out_features = 0;
          l.inputs = {0, 1};
        }) == Status::bad_tensor_size);
}

TEST_CASE("impossible settings of a convolution are refused") {
  const auto bad = Status::bad_hyperparameter;
  CHECK(setting_after(conv1, [](Layer& l) { l.in_features = 0; }) == bad);
  CHECK(setting_after(conv1, [](Layer& l) { l.out_features = 1u << 24; }) == bad);
  CHECK(setting_after(conv1, [](Layer& l) { l.kernel.height = 0; }) == bad);
  CHECK(setting_after(conv1, [](Layer& l) { l.kernel.width = 65536; }) == bad);
  CHECK(setting_after(conv1, [](Layer& l) { l.stride.height = 0; }) == bad);
  CHECK(setting_after(conv1, [](Layer& l) { l.dilation.width = 0; }) == bad);
  CHECK(setting_after(conv1, [](Layer& l) { l.padding.left = 65536; }) == bad);
  CHECK(setting_after(conv1, [](Layer& l) { l.groups = 0; }) == bad);
  CHECK(setting_after(conv1, [](Layer& l) { l.groups = 2; }) == bad);
  CHECK(setting_after(conv1, [](Layer& l) { l.padding = {3, 0, 65535, 1}; }) == Status::ok);
}

TEST_CASE("impossible settings of other layers are refused") {
  const auto bad = Status::bad_hyperparameter;
  CHECK(setting_after(pool1, [](Layer& l) { l.kernel.height = 0; }) == bad);
  CHECK(setting_after(pool1, [](Layer& l) { l.padding.top = 2; }) == bad);
  CHECK(setting_after(pool1, [](Layer& l) { l.padding.top = 1; }) == Status::ok);
  CHECK(setting_after(fc1, [](Layer& l) { l.out_features = 0; }) == bad);
  CHECK(setting_after(drop1, [](Layer& l) { l.rate = 1; }) == bad);
  CHECK(setting_after(drop1, [](Layer& l) { l.rate = -0.1f; }) == bad);
  CHECK(setting_after(drop1, [](Layer& l) { l.rate = kNan; }) == bad);
  CHECK(setting_after(bn1, [](Layer& l) { l.epsilon = -1; }) == bad);
  CHECK(setting_after(bn1, [](Layer& l) { l.epsilon = kInfinity; }) == bad);
  CHECK(setting_after(bn1, [](Layer& l) { l.momentum = 1.5f; }) == bad);
  CHECK(setting_after(bn1, [](Layer& l) { l.momentum = kNan; }) == bad);
  CHECK(setting_after(flatten1, [](Layer& l) { l.order = static_cast<FlattenOrder>(2); }) == bad);
  const auto becomes = [](Layer& l, LayerType type, float slope) {
    l.type = type;
    l.slope = slope;
  };
  CHECK(setting_after(relu1, [&](Layer& l) { becomes(l, LayerType::leaky_relu, kInfinity); }) == bad);
  CHECK(setting_after(relu1, [&](Layer& l) { becomes(l, LayerType::elu, kNan); }) == bad);
  CHECK(setting_after(relu1, [&](Layer& l) { becomes(l, LayerType::leaky_relu, -0.01f); }) == bad);
  CHECK(setting_after(relu1, [&](Layer& l) { becomes(l, LayerType::elu, -1); }) == bad);
  CHECK(setting_after(relu1, [&](Layer& l) { becomes(l, LayerType::elu, 1); }) == Status::ok);
  CHECK(setting_after(relu1, [&](Layer& l) { becomes(l, LayerType::leaky_relu, 0); }) == Status::ok);
  CHECK(setting_after(relu1, [&](Layer& l) { becomes(l, LayerType::reshape, 0); }) == bad);
  CHECK(setting_after(relu1, [&](Layer& l) { becomes(l, LayerType::prelu, 0); }) == bad);
}

TEST_CASE("a tensor that the layer cannot do without is missed") {
  const auto without = [](std::uint32_t layer, Slot slot) {
    return after([=](ModelFile& f) { f.layers[layer].tensor(slot).clear(); });
  };
  CHECK(without(conv1, Slot::weight).status == Status::missing_tensor);
  CHECK(without(conv1, Slot::weight).needed == 18);
  CHECK(without(fc1, Slot::weight).where == fc1);
  CHECK(without(bn1, Slot::bias).status == Status::missing_tensor);
  CHECK(without(bn1, Slot::running_mean).status == Status::missing_tensor);
  CHECK(without(bn1, Slot::running_var).status == Status::missing_tensor);
  CHECK(without(conv1, Slot::bias).status == Status::ok);
}

TEST_CASE("a tensor of the wrong size is refused with both sizes") {
  const Error error = after([](ModelFile& f) { f.layers[conv1].tensor(Slot::weight).push_back(0); });
  CHECK(error.status == Status::bad_tensor_size);
  CHECK(error.where == conv1);
  CHECK(error.needed == 18);
  CHECK(error.given == 19);
  CHECK(status_after([](ModelFile& f) { f.layers[fc1].tensor(Slot::bias).pop_back(); }) ==
        Status::bad_tensor_size);
}

TEST_CASE("a tensor in a layer that has none is refused") {
  CHECK(status_after([](ModelFile& f) { f.layers[relu1].tensor(Slot::weight) = {1}; }) ==
        Status::bad_tensor_size);
  CHECK(status_after([](ModelFile& f) { f.layers[fc1].tensor(Slot::running_var) = {1}; }) ==
        Status::bad_tensor_size);
}

TEST_CASE("sizes whose product overflows 64 bits are refused") {
  const Error error = after([](ModelFile& f) {
    Layer& l = f.layers[conv1].settings;
    l.in_features = l.out_features = 1u << 23;
    l.kernel = {32768, 32768};  // 2^76 weights, 0 modulo 2^64
  });
  CHECK(error.status == Status::bad_tensor_size);
  CHECK(error.needed == std::numeric_limits<std::uint64_t>::max());
  CHECK(error.given == 18);
}

TEST_CASE("NaN and infinity among the weights are refused with their place") {
  const Error error = after([](ModelFile& f) { f.layers[conv1].tensor(Slot::weight)[5] = kNan; });
  CHECK(error.status == Status::non_finite_weight);
  CHECK(error.where == conv1);
  CHECK(error.given == 5);
  CHECK(status_after([](ModelFile& f) { f.layers[bn1].tensor(Slot::running_var)[1] = -kInfinity; }) ==
        Status::non_finite_weight);
}

TEST_CASE("a batch-norm whose variance has no root to divide by is refused with the channel") {
  const float variance = GENERATE(-0.5f, -1e-3f, 0.0f);
  const Error error = after([&](ModelFile& f) {
    f.layers[bn1].settings.epsilon = 0;
    f.layers[bn1].tensor(Slot::running_var)[1] = variance;
  });
  CHECK(error.status == Status::bad_variance);
  CHECK(error.where == bn1);
  CHECK(error.given == 1);
  CHECK(status_after([](ModelFile& f) { f.layers[bn1].tensor(Slot::running_var)[1] = 0; }) == Status::ok);
}

TEST_CASE("layers with parameters have names of their own") {
  const auto name = [](std::uint32_t layer, const std::string& text) {
    return after([&](ModelFile& f) { f.layers[layer].name = text; });
  };
  CHECK(name(fc1, "").status == Status::bad_name);
  CHECK(name(fc1, "conv1").status == Status::bad_name);
  CHECK(name(fc1, "conv1").where == fc1);
  CHECK(name(fc1, std::string(kMaxNameBytes + 1, 'x')).status == Status::bad_name);
  CHECK(name(fc1, std::string(kMaxNameBytes, 'x')).status == Status::ok);
  CHECK(name(relu1, "conv1").status == Status::ok);
  CHECK(name(relu1, "").status == Status::ok);
}

TEST_CASE("an impossible input is refused") {
  const auto bad = Status::bad_input_description;
  CHECK(status_after([](ModelFile& f) { f.input.height = 0; }) == bad);
  CHECK(status_after([](ModelFile& f) { f.input = {1u << 24, 1, 1}; }) == bad);
  CHECK(status_after([](ModelFile& f) { f.input = {1, 65536, 1}; }) == bad);
  CHECK(status_after([](ModelFile& f) { f.input = {1, 1, 65536}; }) == bad);
  CHECK(status_after([](ModelFile& f) { f.input = {1, 65535, 65535}; }) == bad);
}

TEST_CASE("a normalization that is not finite or divides by nothing is refused") {
  const auto bad = Status::bad_input_description;
  CHECK(status_after([](ModelFile& f) { f.normalization.mean.fill(kNan); }) == bad);
  CHECK(status_after([](ModelFile& f) { f.normalization.std.fill(kInfinity); }) == bad);
  CHECK(status_after([](ModelFile& f) { f.normalization.std.fill(0); }) == bad);
  CHECK(status_after([](ModelFile& f) { f.normalization.std.fill(-1); }) == bad);
  // Five channels cannot have values of their own.
  CHECK(status_after([](ModelFile& f) {
          f.input.channels = 5;
          f.normalization.mean = {1, 2, 3, 4};
        }) == bad);
}

TEST_CASE("steps of the recipe have the values of their kind") {
  const auto bad = Status::bad_input_description;
  const auto step = [](StepKind kind, std::vector<float> values) {
    return after([&](ModelFile& f) { f.recipe[1] = {kind, values}; });
  };
  CHECK(step(StepKind::scale, {}).status == bad);
  CHECK(step(StepKind::scale, {}).where == 1);
  CHECK(step(StepKind::scale, {kNan}).status == bad);
  CHECK(step(StepKind::invert, {1}).status == bad);
  CHECK(step(static_cast<StepKind>(10), {}).status == bad);
  CHECK(step(StepKind::pad, {2, 2, 2, 2}).status == Status::ok);
  CHECK(step(StepKind::center_of_mass, {14, 14}).status == Status::ok);
}

TEST_CASE("labels are as many as outputs, or none") {
  const Error error = after([](ModelFile& f) { f.labels.push_back("line"); });
  CHECK(error.status == Status::bad_label_count);
  CHECK(error.needed == 3);
  CHECK(error.given == 4);
  CHECK(status_after([](ModelFile& f) { f.labels.clear(); }) == Status::ok);
}

TEST_CASE("outputs are known where a linear layer is followed by layers that keep its shape") {
  const auto outputs = [](const ModelBuilder& builder) {
    const auto file = builder.build();
    REQUIRE(file);
    return known_outputs(file->model());
  };
  const auto net = [] { return ModelBuilder("m", {8, 1, 1}).linear("a", 5); };
  CHECK(outputs(net().relu().batch_norm().softmax()) == 5);
  CHECK(outputs(net().constant(LayerType::mul, {2}).constant(LayerType::add, {1, 2, 3, 4, 5})) == 5);
  CHECK(outputs(net().after(-1).linear("b", 5).add(0, 1).log_softmax()) == 5);
  CHECK(outputs(net().after(-1).linear("b", 3).after(0).relu()) == 5);
  CHECK(outputs(net().reshape({5, 1, 1}).mul(0, 1)) == 0);
  CHECK(outputs(net().concat({0, 0})) == 0);
  CHECK(outputs(ModelBuilder("m").relu()) == 0);
}

TEST_CASE("samples suit the network") {
  const auto bad = Status::bad_sample;
  const auto golden = [](const std::function<void(Sample&)>& spoil) {
    return after([&](ModelFile& f) { spoil(f.golden[0]); });
  };
  const Error short_by_one = golden([](Sample& s) { s.pixels.pop_back(); });
  CHECK(short_by_one.status == bad);
  CHECK(short_by_one.needed == 36);
  CHECK(short_by_one.given == 35);
  CHECK(golden([](Sample& s) { s.pixels.clear(); }).status == bad);
  CHECK(golden([](Sample& s) { s.pixels.resize(18), s.values.resize(18); }).status == bad);
  CHECK(golden([](Sample& s) { s.outputs.clear(); }).status == bad);
  CHECK(golden([](Sample& s) { s.outputs.push_back(0); }).status == bad);
  CHECK(golden([](Sample& s) { s.outputs[1] = kNan; }).status == bad);
  CHECK(golden([](Sample& s) { s.label = 3; }).status == bad);
  CHECK(golden([](Sample& s) { s.label = -2; }).status == bad);
  CHECK(golden([](Sample& s) { s.label = -1; }).status == Status::ok);
}

TEST_CASE("replay samples have a class and are counted after the golden ones") {
  const Error error = after([](ModelFile& f) { f.replay[1].label = -1; });
  CHECK(error.status == Status::bad_sample);
  CHECK(error.where == 2);
  CHECK(status_after([](ModelFile& f) { f.replay[0].values[3] = kInfinity; }) == Status::bad_sample);
}

// Files that our writer cannot be brought to write: linear layers of 16 to 16 that share this weight.
struct RawTensor {
  fbs::DataType type = fbs::DataType_float32;
  std::vector<std::uint32_t> shape{16, 16};
  std::size_t bytes = 1024;
  std::size_t skew = 0;  // of the data from a multiple of 64
  std::size_t layers = 1;
};

flatbuffers::Offset<fbs::Tensor> write_raw(flatbuffers::FlatBufferBuilder& out, const RawTensor& tensor) {
  const std::vector<std::uint8_t> data(tensor.bytes);
  out.ForceVectorAlignment(data.size() + tensor.skew, 1, 64);
  const auto stored = out.CreateVector(data);
  return fbs::CreateTensor(out, out.CreateVector(tensor.shape), tensor.type, stored);
}

Error raw_error(const RawTensor& tensor) {
  flatbuffers::FlatBufferBuilder out;
  const auto weight = write_raw(out, tensor);
  std::vector<flatbuffers::Offset<fbs::Layer>> layers;
  for (std::size_t i = 0; i < tensor.layers; ++i) {
    const auto name = out.CreateString("fc" + std::to_string(i));
    fbs::LayerBuilder layer(out);
    layer.add_type(fbs::LayerType_linear);
    layer.add_name(name);
    layer.add_in_features(16);
    layer.add_out_features(16);
    layer.add_weight(weight);
    layers.push_back(layer.Finish());
  }
  const auto list = out.CreateVector(layers);
  const auto input = fbs::CreateInput(out, 16);
  out.ForceDefaults(true);
  fbs::FinishModelFileBuffer(out, fbs::CreateModelFile(out, 1, 0, 0, 0, 0, input, list));
  AlignedBytes bytes(std::as_bytes(std::span(out.GetBufferPointer(), out.GetSize())));
  auto& root = *flatbuffers::GetMutableRoot<flatbuffers::Table>(bytes.data());
  root.SetField(fbs::ModelFile::VT_FILE_BYTES, static_cast<std::uint32_t>(bytes.size()));
  root.SetField(fbs::ModelFile::VT_CHECKSUM, crc32(bytes));
  const auto opened = open_model(bytes);
  return opened ? Error{} : opened.error();
}

TEST_CASE("a file of another writer is read if it keeps the rules") {
  CHECK(raw_error({}).status == Status::ok);
}

TEST_CASE("tensors may not share their bytes, so that a small file costs little work") {
  const Error error = raw_error({.layers = 2});
  CHECK(error.status == Status::file_corrupt);
  CHECK(error.needed == 2048);
}

TEST_CASE("a data type other than float32 without a required feature is corrupt") {
  const Error error = raw_error({.type = fbs::DataType_float16, .bytes = 512});
  CHECK(error.status == Status::file_corrupt);
  CHECK(error.given == fbs::DataType_float16);
}

TEST_CASE("a tensor whose bytes are no whole number of floats is refused") {
  CHECK(raw_error({.bytes = 1022}).status == Status::bad_tensor_size);
}

TEST_CASE("a tensor that does not start at a multiple of 64 is misaligned") {
  const Error error = raw_error({.skew = 16});
  CHECK(error.status == Status::misaligned_file);
  CHECK(error.where == 0);
  CHECK(error.given == 16);
}

TEST_CASE("a tensor's shape is that of its layer") {
  CHECK(raw_error({.shape = {8, 32}}).status == Status::bad_tensor_size);
  CHECK(raw_error({.shape = {256}}).status == Status::bad_tensor_size);
  CHECK(raw_error({.shape = {}}).status == Status::bad_tensor_size);
}

}  // namespace
}  // namespace lentil::formats
