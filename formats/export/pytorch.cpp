// A module for PyTorch as one would write it by hand, and what reads its weights.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "formats/export/contents.h"
#include "formats/export/exporter.h"
#include "formats/export/layer_text.h"
#include "formats/export/pytorch_forward.h"

namespace lentil::formats {
namespace {

constexpr const char* kHead = R"("""{0} for PyTorch, written by lentil export --pytorch.

    network = load()                      # the .safetensors, .npz or .pt file beside this one, or load(path)
    scores = network(normalize(pixels))   # pixels: [N, {1}], from 0 to 255
"""
import json
import os

import torch
import torch.nn.functional as F
from torch import nn

INPUT_SHAPE = ({2})
MEAN, STD = {3}, {4}  # of pixels from 0 to 1
LABELS = {5}

)";

constexpr const char* kConstant = R"(
class Constant(nn.Module):
    """Values that a layer adds, subtracts or multiplies by; they are not trained."""

    def __init__(self, count):
        super().__init__()
        self.register_buffer("constant", torch.zeros(count))

)";

constexpr const char* kNamedLayers = R"(
def _put(network, path, module):
    """For layers whose names cannot be attributes: layers.0"""
    *folders, name = path.split(".")
    for folder in folders:
        network = network._modules.setdefault(folder, nn.Module())
    network._modules[name] = module


def _layer(network, path):
    for name in path.split("."):
        network = network._modules[name]
    return network

)";

constexpr const char* kRoom = R"(
def _padded(x, kernel, stride, dilation, padding, size, value):
    """Padded by (left, right, top, bottom), and then as far as the last of `size` windows reaches."""
    x = F.pad(x, padding, value=value)
    ends = [(size[i] - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 for i in (0, 1)]
    return F.pad(x, (0, max(0, ends[1] - x.shape[3]), 0, max(0, ends[0] - x.shape[2])), value=value)

)";

constexpr const char* kMaxPool = R"(
def _max_pool(x, kernel, stride, dilation, padding, size):
    x = _padded(x, kernel, stride, dilation, padding, size, float("-inf"))
    return F.max_pool2d(x, kernel, stride, 0, dilation)[:, :, :size[0], :size[1]]

)";

constexpr const char* kAveragePool = R"(
def _average_pool(x, kernel, stride, dilation, padding, size, count_padding):
    counted = F.pad(torch.ones_like(x[:1, :1]), padding, value=float(count_padding))
    counted = _padded(counted, kernel, stride, dilation, (0, 0, 0, 0), size, 0.0)
    x = _padded(x, kernel, stride, dilation, padding, size, 0.0)
    window = torch.ones_like(x[:1, :1, :1, :1]).expand(1, 1, *kernel)
    total = F.conv2d(x, window.expand(x.shape[1], 1, *kernel), None, stride, 0, dilation, x.shape[1])
    return (total / F.conv2d(counted, window, None, stride, 0, dilation))[:, :, :size[0], :size[1]]

)";

constexpr const char* kLoading = R"(

def normalize(pixels):
    """What the network takes, of pixels from 0 to 255."""
    mean, std = (torch.as_tensor(values).view({0}) for values in (MEAN, STD))
    return (pixels / 255 - mean) / std


def _read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    return {{
        name: torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin).view(shape)
        for name, shape, (begin, end) in ((name, t["shape"], t["data_offsets"]) for name, t in header.items())
    }}


def _read_npz(path):
    import numpy

    with numpy.load(path) as arrays:
        return {{name: torch.from_numpy(arrays[name]) for name in arrays.files}}


def load(path=None):
    """The network with the weights of a file that lentil export wrote, ready for inference."""
    stem = os.path.splitext(os.path.abspath(__file__))[0]
    paths = [path] if path else [stem + ending for ending in (".safetensors", ".npz", ".pt")]
    path = next((str(p) for p in paths if os.path.exists(p)), None)
    if path is None:
        raise FileNotFoundError("no weights: " + ", ".join(map(str, paths)))
    if path.endswith(".safetensors"):
        weights = _read_safetensors(path)
    elif path.endswith(".npz"):
        weights = _read_npz(path)
    else:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    network = {1}()
    network.load_state_dict(weights)
    return network.eval()
)";

// The letters, digits and underscores of the network's name.
std::string class_name(const std::string& name) {
  std::string result;
  std::ranges::copy_if(name, std::back_inserter(result), [&](char c) {
    return is_attribute(std::string(1, c)) || (!result.empty() && ((c >= '0' && c <= '9') || c == '_'));
  });
  return is_attribute(result) && result != "Constant" ? result : "Network";
}

std::string module_text(const LayerData& data) {
  Layer layer = data.view();
  if (layer.has_constant()) return fmt::format("Constant({})", layer.out_features);
  if (layer.type == LayerType::conv2d && !is_even(layer.padding)) layer.padding = {};  // forward() pads
  return "nn." + layer_text(layer);
}

bool has_module(const LayerData& layer) {
  return layer.view().has_parameters() || layer.settings.has_constant();
}

// Of a layer, that its place is not inside of an earlier one's.
Outcome<std::monostate> check_places(const ModelFile& file) {
  for (const LayerData& layer : file.layers) {
    if (!has_module(layer)) continue;
    for (const LayerData& other : file.layers) {
      if (!has_module(other) || !other.name.starts_with(layer.name + ".")) continue;
      return Failure{"layer " + literal(other.name) + " would lie inside of layer " + literal(layer.name) +
                     ", which a PyTorch module cannot say; rename one of them"};
    }
  }
  return std::monostate{};
}

// One number, or one for each channel.
std::string per_channel(const ModelFile& file, const std::array<float, 4>& values) {
  const auto channels = file.input.channels <= values.size() ? file.input.channels : 1;
  std::vector<std::string> numbers;
  for (std::size_t c = 0; c < channels; ++c) numbers.push_back(python_number(values[c]));
  return fmt::format("({},)", fmt::join(numbers, ", "));
}

std::string head_text(const ModelFile& file) {
  const bool flat = file.input.plane() == 1;
  const std::string shape =
      flat ? std::to_string(file.input.channels)
           : fmt::format("{}, {}, {}", file.input.channels, file.input.height, file.input.width);
  std::vector<std::string> labels;
  for (const std::string& label : file.labels) labels.push_back(literal(label));
  return fmt::format(kHead, class_name(file.name), shape, shape + (flat ? "," : ""),
                     per_channel(file, file.normalization.mean), per_channel(file, file.normalization.std),
                     fmt::format("[{}]", fmt::join(labels, ", ")));
}

std::string class_text(const ModelFile& file, const PythonForward& forward) {
  std::string text = fmt::format(
      "\nclass {}(nn.Module):\n    def __init__(self):\n        super().__init__()\n", class_name(file.name));
  for (const LayerData& layer : file.layers) {
    if (!has_module(layer)) continue;
    const std::string put = is_attribute(layer.name) ? "self.{} = {}" : "_put(self, {}, {})";
    text += "        " +
            fmt::format(fmt::runtime(put), is_attribute(layer.name) ? layer.name : literal(layer.name),
                        module_text(layer)) +
            "\n";
  }
  return text + fmt::format("\n    def forward(self, {}):\n{}", forward.input, forward.statements);
}

std::string helpers_text(const ModelFile& file, const PythonForward& forward) {
  const auto any = [&](auto holds) { return std::ranges::any_of(file.layers, holds); };
  std::string text;
  if (any([](const LayerData& l) { return l.settings.has_constant(); })) text += kConstant;
  if (any([](const LayerData& l) { return has_module(l) && !is_attribute(l.name); })) text += kNamedLayers;
  if (forward.pools_max || forward.pools_average) text += kRoom;
  if (forward.pools_max) text += kMaxPool;
  if (forward.pools_average) text += kAveragePool;
  return text;
}

Outcome<std::vector<std::byte>> write(const ModelFile& file) {
  if (const auto plain = check_layer_names(file); !plain) return plain.error();
  if (const auto places = check_places(file); !places) return places.error();
  const auto forward = python_forward(file);
  if (!forward) return forward.error();
  std::vector<std::byte> bytes;
  append_text(bytes,
              head_text(file) + helpers_text(file, *forward) + class_text(file, *forward) +
                  fmt::format(kLoading, file.input.plane() == 1 ? "-1" : "-1, 1, 1", class_name(file.name)));
  return bytes;
}

}  // namespace

const Exporter kPytorchExporter{
    "pytorch", "a Python module that builds the network in PyTorch", ".py", write,
    "its load() takes the file of --safetensors, --npz or --state-dict beside it"};

}  // namespace lentil::formats
