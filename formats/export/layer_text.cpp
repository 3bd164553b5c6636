#include "formats/export/layer_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/graph.h"

namespace lentil::formats {
namespace {

std::string pair(Extent e) { return fmt::format("({}, {})", e.height, e.width); }

// One number where both are the same.
std::string extent(Extent e) { return e.height == e.width ? std::to_string(e.height) : pair(e); }

// Four sides, where two do not say it.
std::string padding(const Padding& p, bool as_pair) {
  if (p.top != p.bottom || p.left != p.right)
    return fmt::format("({}, {}, {}, {})", p.top, p.left, p.bottom, p.right);
  return as_pair ? pair({p.top, p.left}) : extent({p.top, p.left});
}

const char* truth(bool value) { return value ? "True" : "False"; }

std::string conv2d(const Layer& l) {
  std::string text = fmt::format("Conv2d({}, {}, kernel_size={}, stride={}", l.in_features, l.out_features,
                                 pair(l.kernel), pair(l.stride));
  if (l.padding != Padding{}) text += ", padding=" + padding(l.padding, true);
  if (l.dilation != Extent{1, 1}) text += ", dilation=" + pair(l.dilation);
  if (l.groups != 1) text += fmt::format(", groups={}", l.groups);
  if (l.tensor(Slot::bias).empty()) text += ", bias=False";
  return text + ")";
}

std::string pool(const char* name, const Layer& l) {
  return fmt::format("{}(kernel_size={}, stride={}, padding={}", name, extent(l.kernel), extent(l.stride),
                     padding(l.padding, false));
}

// PyTorch leaves these two out, and so do we where they are as usual.
std::string avg_pool2d(const Layer& l) {
  std::string text = pool("AvgPool2d", l);
  if (l.ceil_mode) text += ", ceil_mode=True";
  if (!l.count_include_pad) text += ", count_include_pad=False";
  return text + ")";
}

// Of two layers, or with a constant: its value, or how many there are.
std::string arithmetic(const char* name, const Layer& l) {
  if (!l.has_constant()) return fmt::format("{}()", name);
  const auto constant = l.tensor(Slot::weight);
  if (constant.size() == 1) return fmt::format("{}(constant={})", name, python_number(constant[0]));
  return fmt::format("{}(constant=[{}])", name, l.out_features);
}

std::string batch_norm(const char* name, const Layer& l) {
  return fmt::format("{}({}, eps={}, momentum={}, affine={}, track_running_stats=True)", name, l.out_features,
                     python_number(l.epsilon), python_number(l.momentum), truth(l.has_parameters()));
}

const char* without_settings(LayerType type) {
  switch (type) {
    case LayerType::global_avg_pool2d:
      return "AdaptiveAvgPool2d(output_size=1)";
    case LayerType::relu:
      return "ReLU()";
    case LayerType::sigmoid:
      return "Sigmoid()";
    case LayerType::tanh:
      return "Tanh()";
    case LayerType::softmax:
      return "Softmax(dim=1)";
    case LayerType::log_softmax:
      return "LogSoftmax(dim=1)";
    case LayerType::concat:
      return "Concat(dim=1)";
    default:
      return "Unknown()";
  }
}

}  // namespace

std::string python_number(float value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string layer_text(const Layer& l) {
  switch (l.type) {
    case LayerType::conv2d:
      return conv2d(l);
    case LayerType::linear:
      return fmt::format("Linear(in_features={}, out_features={}, bias={})", l.in_features, l.out_features,
                         truth(!l.tensor(Slot::bias).empty()));
    case LayerType::max_pool2d:
      return fmt::format("{}, dilation={}, ceil_mode={})", pool("MaxPool2d", l), extent(l.dilation),
                         truth(l.ceil_mode));
    case LayerType::avg_pool2d:
      return avg_pool2d(l);
    case LayerType::leaky_relu:
      return fmt::format("LeakyReLU(negative_slope={})", python_number(l.slope));
    case LayerType::prelu:
      return fmt::format("PReLU(num_parameters={})", l.out_features);
    case LayerType::elu:
      return fmt::format("ELU(alpha={})", python_number(l.slope));
    case LayerType::dropout:
      return fmt::format("Dropout(p={}, inplace=False)", python_number(l.rate));
    case LayerType::dropout2d:
      return fmt::format("Dropout2d(p={}, inplace=False)", python_number(l.rate));
    case LayerType::flatten:
      return l.order == FlattenOrder::chw ? "Flatten(start_dim=1, end_dim=-1)" : "Flatten(order=hwc)";
    case LayerType::batch_norm1d:
      return batch_norm("BatchNorm1d", l);
    case LayerType::batch_norm2d:
      return batch_norm("BatchNorm2d", l);
    case LayerType::reshape:
      return fmt::format("Reshape({}, {}, {})", l.out_features, l.kernel.height, l.kernel.width);
    case LayerType::add:
      return arithmetic("Add", l);
    case LayerType::sub:
      return arithmetic("Sub", l);
    case LayerType::mul:
      return arithmetic("Mul", l);
    default:
      return without_settings(l.type);
  }
}

std::string type_name(const Layer& layer) {
  const std::string text = layer_text(layer);
  return text.substr(0, text.find('('));
}

std::string layer_name(const Layer& layer, std::uint32_t index) {
  return layer.name.empty() ? std::to_string(index) : std::string(layer.name);
}

std::vector<std::string> input_names(const Model& model, std::uint32_t index) {
  const Layer layer = model.layer(index);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < input_count(layer); ++i) {
    const std::int32_t input = layer_input(layer, index, i);
    const auto from = static_cast<std::uint32_t>(input);
    names.push_back(input == kNetworkInput ? "(input)" : layer_name(model.layer(from), from));
  }
  return names;
}

std::string network_text(const std::string& name, const Model& model) {
  std::string text = (name.empty() ? "Network" : name) + "(\n";
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    const bool chained = input_count(layer) == 1 && layer_input(layer, i) == static_cast<std::int32_t>(i) - 1;
    const std::string reads =
        chained ? "" : " <- " + fmt::format("{}", fmt::join(input_names(model, i), ", "));
    text += fmt::format("  ({}): {}{}\n", layer_name(layer, i), layer_text(layer), reads);
  }
  return text + ")\n";
}

}  // namespace lentil::formats
