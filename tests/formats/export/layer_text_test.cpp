#include "formats/export/layer_text.h"

#include <catch2/catch.hpp>

#include "formats/model_builder.h"

using namespace lentil;
using namespace lentil::formats;

namespace {

// Of the last layer.
std::string text_of(const ModelBuilder& builder) {
  const auto file = builder.build();
  REQUIRE(file);
  return layer_text(file->layers.back().view());
}

ModelBuilder net() { return ModelBuilder("net", {4, 12, 12}); }

}  // namespace

TEST_CASE("layers read as PyTorch prints them") {
  CHECK(text_of(net().conv2d("c", {.out = 10, .kernel = {5, 5}})) ==
        "Conv2d(4, 10, kernel_size=(5, 5), stride=(1, 1))");
  CHECK(text_of(net().conv2d("c", {.out = 8,
                                   .kernel = {3, 2},
                                   .stride = {2, 1},
                                   .dilation = {1, 2},
                                   .padding = {1, 1, 1, 1},
                                   .groups = 4,
                                   .bias = false})) ==
        "Conv2d(4, 8, kernel_size=(3, 2), stride=(2, 1), padding=(1, 1), dilation=(1, 2), groups=4, "
        "bias=False)");
  CHECK(text_of(net().flatten().linear("l", 7)) == "Linear(in_features=576, out_features=7, bias=True)");
  CHECK(text_of(net().flatten().linear("l", 7, false)) ==
        "Linear(in_features=576, out_features=7, bias=False)");
  CHECK(text_of(net().max_pool2d()) ==
        "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)");
  CHECK(text_of(net().max_pool2d({.kernel = {3, 2}, .stride = {1, 2}})) ==
        "MaxPool2d(kernel_size=(3, 2), stride=(1, 2), padding=0, dilation=1, ceil_mode=False)");
  CHECK(text_of(net().avg_pool2d()) == "AvgPool2d(kernel_size=2, stride=2, padding=0)");
  CHECK(text_of(net().global_avg_pool2d()) == "AdaptiveAvgPool2d(output_size=1)");
  CHECK(text_of(net().batch_norm()) ==
        "BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)");
  CHECK(text_of(net().dropout()) == "Dropout(p=0.5, inplace=False)");
  CHECK(text_of(net().dropout2d(0.25f)) == "Dropout2d(p=0.25, inplace=False)");
  CHECK(text_of(net().elu()) == "ELU(alpha=1.0)");
  CHECK(text_of(net().leaky_relu()) == "LeakyReLU(negative_slope=0.01)");
  CHECK(text_of(net().prelu("p", 4)) == "PReLU(num_parameters=4)");
  CHECK(text_of(net().relu()) == "ReLU()");
  CHECK(text_of(net().sigmoid()) == "Sigmoid()");
  CHECK(text_of(net().tanh()) == "Tanh()");
  CHECK(text_of(net().flatten()) == "Flatten(start_dim=1, end_dim=-1)");
  CHECK(text_of(net().flatten().softmax()) == "Softmax(dim=1)");
  CHECK(text_of(net().flatten().log_softmax()) == "LogSoftmax(dim=1)");
}

TEST_CASE("what PyTorch does not print is told where it is not as usual") {
  CHECK(text_of(net().avg_pool2d({.kernel = {3, 3}, .stride = {2, 2}, .ceil_mode = true})) ==
        "AvgPool2d(kernel_size=3, stride=2, padding=0, ceil_mode=True)");
  CHECK(text_of(net().avg_pool2d({.kernel = {3, 3}, .padding = {1, 1, 1, 1}, .count_include_pad = false})) ==
        "AvgPool2d(kernel_size=3, stride=3, padding=1, count_include_pad=False)");
}

TEST_CASE("arithmetic tells its constant, or how many values it has") {
  CHECK(text_of(net().constant(LayerType::add, {0.5f})) == "Add(constant=0.5)");
  CHECK(text_of(net().constant(LayerType::sub, {1, 2, 3, 4})) == "Sub(constant=[4])");
  CHECK(text_of(net().constant(LayerType::mul, {-2})) == "Mul(constant=-2.0)");
  CHECK(text_of(net().relu().mul(-1, 0)) == "Mul()");
  CHECK(text_of(net().relu().concat({-1, 0})) == "Concat(dim=1)");
}

TEST_CASE("a network names the layers that a layer reads where it is not the one before") {
  const auto file = net().conv2d("a", {.out = 4}).relu().add(1, -1, "sum").after(0).elu().build();
  REQUIRE(file);
  CHECK(network_text("", file->model()) ==
        "Network(\n"
        "  (a): Conv2d(4, 4, kernel_size=(1, 1), stride=(1, 1))\n"
        "  (relu1): ReLU()\n"
        "  (sum): Add() <- relu1, (input)\n"
        "  (elu1): ELU(alpha=1.0) <- a\n"
        ")\n");
}

TEST_CASE("padding that differs from side to side is told for all four") {
  CHECK(text_of(net().conv2d("c", {.out = 2, .kernel = {3, 3}, .padding = {0, 1, 2, 1}})) ==
        "Conv2d(4, 2, kernel_size=(3, 3), stride=(1, 1), padding=(0, 1, 2, 1))");
}

TEST_CASE("the name of a layer's type is the word before the bracket") {
  Layer layer;
  layer.type = LayerType::log_softmax;
  CHECK(type_name(layer) == "LogSoftmax");
}
