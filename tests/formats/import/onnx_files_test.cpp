// ONNX files of every kind, made by tests/golden/make_onnx_files.py, against what PyTorch and ONNX Runtime
// make of them.
#include <catch2/catch.hpp>

#include "formats/host/npy.h"
#include "formats/host/npz.h"
#include "formats/host/samples.h"
#include "formats/import/importer.h"
#include "kernels/device.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

NpzReader open_cases(const std::string& name) {
  return *NpzReader::open(LENTIL_SOURCE_DIR "/tests/formats/import/data/" + name);
}

template <class T>
std::vector<T> values_of(const NpzReader& cases, const std::string& name) {
  const auto npy = cases.read(name);
  REQUIRE(npy);
  const auto tensor = read_npy<T>(*npy);
  REQUIRE(tensor);
  return {tensor->values().begin(), tensor->values().end()};
}

// A picture as the network takes it: TensorFlow's have their channels last.
std::vector<float> in_our_order(const std::vector<float>& image, const Shape& shape, bool channels_last) {
  if (!channels_last) return image;
  std::vector<float> turned(image.size());
  for (std::size_t i = 0; i < image.size(); ++i)
    turned[i % shape.channels * shape.plane() + i / shape.channels] = image[i];
  return turned;
}

void check_case(const NpzReader& cases, const std::string& name) {
  INFO(name);
  const auto bytes = values_of<std::uint8_t>(cases, name);
  const auto imported = import_source({name + ".onnx", AlignedBytes(std::as_bytes(std::span(bytes)))});
  if (!imported) FAIL_CHECK(imported.error().message);
  if (!imported) return;
  const ModelFile& file = std::get<ModelFile>(imported->contents);
  const auto images = values_of<float>(cases, name + "_input");
  const auto expected = values_of<float>(cases, name + "_output");
  const std::size_t pixels = file.input.count(), count = images.size() / pixels;
  REQUIRE(images.size() == count * pixels);
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<float> image(images.begin() + static_cast<std::ptrdiff_t>(i * pixels),
                                   images.begin() + static_cast<std::ptrdiff_t>((i + 1) * pixels));
    Sample sample;
    sample.values = in_our_order(image, file.input, name.starts_with("nhwc"));
    const auto found = run_sample(*kernels::cpu().table, file, sample);
    if (!found) FAIL_CHECK(found.error().message);
    if (!found) return;
    REQUIRE(found->size() * count == expected.size());
    for (std::size_t k = 0; k < found->size(); ++k)
      CHECK((*found)[k] == Approx(expected[i * found->size() + k]).epsilon(1e-5).margin(1e-5));
  }
}

std::vector<std::string> case_names(const NpzReader& cases) {
  std::vector<std::string> names;
  for (const std::string& name : cases.names()) {
    if (cases.holds(name + "_output")) names.push_back(name);
  }
  return names;
}

ModelFile imported_case(const std::string& archive, const std::string& name, std::string* format = nullptr) {
  const auto bytes = values_of<std::uint8_t>(open_cases(archive), name);
  const auto imported = import_source({name + ".onnx", AlignedBytes(std::as_bytes(std::span(bytes)))});
  REQUIRE(imported);
  if (format != nullptr) *format = imported->format;
  return std::get<ModelFile>(imported->contents);
}

}  // namespace

TEST_CASE("ONNX graphs in the ways of many exporters give what ONNX Runtime computes") {
  const NpzReader cases = open_cases("onnx_graphs.npz");
  const auto names = case_names(cases);
  CHECK(names.size() > 90);
  for (const std::string& name : names) check_case(cases, name);
}

TEST_CASE("exports of PyTorch, of every opset, give what PyTorch computes") {
  const NpzReader cases = open_cases("onnx_torch.npz");
  const auto names = case_names(cases);
  CHECK(names.size() > 30);
  for (const std::string& name : names) check_case(cases, name);
}

TEST_CASE("layers of an ONNX file take PyTorch's names") {
  std::string format;
  const ModelFile file = imported_case("onnx_torch.npz", "named_13_dynamic", &format);
  CHECK_THAT(format, Contains("ONNX, opset 13, by pytorch 1.13"));
  CHECK(file.name == "named_13_dynamic");
  std::vector<std::string> names;
  for (const LayerData& layer : file.layers) names.push_back(layer.name);
  CHECK(names ==
        std::vector<std::string>{"conv1", "pool1", "relu1", "conv2", "relu2", "fc1", "log_softmax1"});
}

TEST_CASE("what exporters put around layers costs no layer") {
  for (const char* name : {"dropped", "no_pad", "shape_idiom", "product_idiom", "nhwc"}) {
    const ModelFile file = imported_case("onnx_graphs.npz", name);
    INFO(name);
    CHECK(file.layers.size() == (std::string(name) == "nhwc" ? 3 : 2));
  }
}
