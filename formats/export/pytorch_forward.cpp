#include "formats/export/pytorch_forward.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "formats/export/contents.h"
#include "formats/export/layer_text.h"
#include "runtime/graph.h"

namespace lentil::formats {
namespace {

// Python's keywords, and what torch.nn.Module calls its own.
constexpr std::array<std::string_view, 95> kTaken{"False",
                                                  "None",
                                                  "True",
                                                  "and",
                                                  "as",
                                                  "assert",
                                                  "async",
                                                  "await",
                                                  "break",
                                                  "class",
                                                  "continue",
                                                  "def",
                                                  "del",
                                                  "elif",
                                                  "else",
                                                  "except",
                                                  "finally",
                                                  "for",
                                                  "from",
                                                  "global",
                                                  "if",
                                                  "import",
                                                  "in",
                                                  "is",
                                                  "lambda",
                                                  "nonlocal",
                                                  "not",
                                                  "or",
                                                  "pass",
                                                  "raise",
                                                  "return",
                                                  "try",
                                                  "while",
                                                  "with",
                                                  "yield",
                                                  "T_destination",
                                                  "add_module",
                                                  "apply",
                                                  "bfloat16",
                                                  "buffers",
                                                  "call_super_init",
                                                  "children",
                                                  "compile",
                                                  "cpu",
                                                  "cuda",
                                                  "double",
                                                  "dump_patches",
                                                  "eval",
                                                  "extra_repr",
                                                  "float",
                                                  "forward",
                                                  "get_buffer",
                                                  "get_extra_state",
                                                  "get_parameter",
                                                  "get_submodule",
                                                  "half",
                                                  "ipu",
                                                  "load_state_dict",
                                                  "modules",
                                                  "mtia",
                                                  "named_buffers",
                                                  "named_children",
                                                  "named_modules",
                                                  "named_parameters",
                                                  "parameters",
                                                  "register_backward_hook",
                                                  "register_buffer",
                                                  "register_forward_hook",
                                                  "register_forward_pre_hook",
                                                  "register_full_backward_hook",
                                                  "register_full_backward_pre_hook",
                                                  "register_load_state_dict_post_hook",
                                                  "register_load_state_dict_pre_hook",
                                                  "register_module",
                                                  "register_parameter",
                                                  "register_state_dict_post_hook",
                                                  "register_state_dict_pre_hook",
                                                  "requires_grad_",
                                                  "set_extra_state",
                                                  "set_submodule",
                                                  "share_memory",
                                                  "state_dict",
                                                  "to",
                                                  "to_empty",
                                                  "train",
                                                  "training",
                                                  "type",
                                                  "xpu",
                                                  "zero_grad"};

// A tensor in the code.
struct Value {
  std::string name;
  Shape shape;
  bool flat = false;  // [N, C] and not [N, C, H, W]
};

std::string python_pair(const Extent& e) {
  return e.height == e.width ? std::to_string(e.height) : fmt::format("({}, {})", e.height, e.width);
}

// In the order of F.pad.
std::string sides(const Padding& p) {
  return fmt::format("({}, {}, {}, {})", p.left, p.right, p.top, p.bottom);
}

std::string flattened(const Value& v) {
  return v.flat ? v.name : fmt::format("torch.flatten({}, 1)", v.name);
}

std::string planes(const Value& v) { return v.flat ? v.name + "[:, :, None, None]" : v.name; }

std::string module_of(const std::string& name) {
  return is_attribute(name) ? "self." + name : fmt::format("_layer(self, {})", literal(name));
}

// PyTorch pads pools by half of their window at most.
bool pads_a_pool(const Layer& l) {
  return is_even(l.padding) && l.padding.top <= l.kernel.height / 2 && l.padding.left <= l.kernel.width / 2;
}

class Writer {
 public:
  Writer(const ModelFile& file, const std::vector<Shape>& shapes) : file_(file), shapes_(shapes) {
    name_values();
  }

  PythonForward write() {
    for (std::uint32_t i = 0; i < file_.layers.size(); ++i) {
      const LayerData& layer = file_.layers[i];
      Value& out = values_[i + 1];
      const std::string code = expression(layer, i, out);
      if (code != out.name)
        result_.statements += fmt::format("        {} = {}{}\n", out.name, code, remark(layer));
    }
    result_.input = values_[0].name;
    result_.statements += fmt::format("        return {}\n", values_.back().name);
    return std::move(result_);
  }

 private:
  // All are called x but those that a later layer than the next one reads.
  void name_values() {
    std::vector<bool> kept(shapes_.size());
    const Model model = file_.model();
    for (std::uint32_t i = 0; i < model.layer_count; ++i) {
      const Layer layer = model.layer(i);
      for (std::size_t k = 0; k < input_count(layer); ++k) {
        const auto input = static_cast<std::uint32_t>(layer_input(layer, i, k) + 1);
        if (input != i) kept[input] = true;
      }
    }
    for (std::size_t i = 0; i < shapes_.size(); ++i)
      values_.push_back({kept[i] ? "x" + std::to_string(i) : "x", shapes_[i], false});
    values_[0].flat = shapes_[0].plane() == 1;
  }

  // Layers that have no module tell their names beside what they do.
  static std::string remark(const LayerData& layer) {
    const Layer view = layer.view();
    return view.has_parameters() || view.has_constant() ? "" : "  # " + layer.name;
  }

  const Value& input(const LayerData& layer, std::uint32_t index, std::size_t k = 0) const {
    return values_[static_cast<std::size_t>(layer_input(layer.view(), index, k) + 1)];
  }

  std::string expression(const LayerData& data, std::uint32_t index, Value& out) {
    const Layer layer = data.view();
    const Value& in = input(data, index);
    out.flat = false;
    switch (layer.type) {
      case LayerType::conv2d:
        return convolution(data, in);
      case LayerType::linear:
        out.flat = true;
        return fmt::format("{}({})", module_of(data.name), flattened(in));
      case LayerType::max_pool2d:
        return max_pool(layer, in, out);
      case LayerType::avg_pool2d:
        return average_pool(layer, in, out);
      case LayerType::global_avg_pool2d:
        return fmt::format("F.adaptive_avg_pool2d({}, 1)", planes(in));
      case LayerType::flatten:
        out.flat = true;
        return layer.order == FlattenOrder::chw || in.flat
                   ? flattened(in)
                   : fmt::format("torch.flatten({}.permute(0, 2, 3, 1), 1)", in.name);
      case LayerType::reshape:
        return fmt::format("{}.reshape(-1, {}, {}, {})", in.name, out.shape.channels, out.shape.height,
                           out.shape.width);
      case LayerType::batch_norm1d:
      case LayerType::batch_norm2d:
        return batch_norm(data, in, out);
      case LayerType::concat:
        return concatenation(data, index, out);
      default:
        out.flat = in.flat;
        return is_arithmetic(layer.type) ? arithmetic(data, index, in) : activation(data, in);
    }
  }

  static std::string convolution(const LayerData& layer, const Value& in) {
    const Padding& p = layer.settings.padding;
    const std::string x = is_even(p) ? planes(in) : fmt::format("F.pad({}, {})", planes(in), sides(p));
    return fmt::format("{}({})", module_of(layer.name), x);
  }

  // Arguments of the functions at the end of the module.
  static std::string window(const Layer& l, const Value& out) {
    return fmt::format("({}, {}), ({}, {}), ({}, {}), {}, ({}, {})", l.kernel.height, l.kernel.width,
                       l.stride.height, l.stride.width, l.dilation.height, l.dilation.width, sides(l.padding),
                       out.shape.height, out.shape.width);
  }

  static std::string pool_arguments(const Layer& l) {
    std::string text = python_pair(l.kernel);
    if (l.stride != l.kernel) text += ", stride=" + python_pair(l.stride);
    if (l.padding != Padding{}) text += ", padding=" + python_pair({l.padding.top, l.padding.left});
    if (l.dilation != Extent{}) text += ", dilation=" + python_pair(l.dilation);
    if (l.ceil_mode) text += ", ceil_mode=True";
    return text;
  }

  std::string max_pool(const Layer& l, const Value& in, const Value& out) {
    if (pads_a_pool(l)) return fmt::format("F.max_pool2d({}, {})", planes(in), pool_arguments(l));
    result_.pools_max = true;
    return fmt::format("_max_pool({}, {})", planes(in), window(l, out));
  }

  std::string average_pool(const Layer& l, const Value& in, const Value& out) {
    if (pads_a_pool(l) && l.dilation == Extent{}) {
      return fmt::format("F.avg_pool2d({}, {}{})", planes(in), pool_arguments(l),
                         l.count_include_pad ? "" : ", count_include_pad=False");
    }
    result_.pools_average = true;
    return fmt::format("_average_pool({}, {}, {})", planes(in), window(l, out),
                       l.count_include_pad ? "True" : "False");
  }

  static std::string batch_norm(const LayerData& layer, const Value& in, Value& out) {
    const std::string module = module_of(layer.name);
    if (layer.settings.type == LayerType::batch_norm2d) return fmt::format("{}({})", module, planes(in));
    if (in.shape.plane() > 1) return fmt::format("{}({}.flatten(2)).view_as({})", module, in.name, in.name);
    out.flat = true;
    return fmt::format("{}({})", module, flattened(in));
  }

  // A constant of one value for all needs no shape.
  static std::string constant(const LayerData& layer, const Value& in) {
    const std::string values = module_of(layer.name) + ".constant";
    const std::size_t count = layer.tensor(Slot::weight).size();
    if (in.flat || count == 1) return values;
    const Shape& s = in.shape;
    if (count == s.count()) return fmt::format("{}.view({}, {}, {})", values, s.channels, s.height, s.width);
    return fmt::format("{}.view({}, 1, 1)", values, s.channels);
  }

  std::string arithmetic(const LayerData& layer, std::uint32_t index, const Value& in) const {
    const LayerType type = layer.settings.type;
    const char sign = type == LayerType::add ? '+' : type == LayerType::sub ? '-' : '*';
    if (layer.settings.has_constant()) return fmt::format("{} {} {}", in.name, sign, constant(layer, in));
    const Value& other = input(layer, index, 1);
    return fmt::format("{} {} {}", in.name, sign, in.flat ? flattened(other) : planes(other));
  }

  std::string concatenation(const LayerData& layer, std::uint32_t index, Value& out) const {
    const std::size_t count = input_count(layer.view());
    out.flat = true;
    for (std::size_t k = 0; k < count; ++k) out.flat = out.flat && input(layer, index, k).flat;
    std::vector<std::string> parts;
    for (std::size_t k = 0; k < count; ++k) parts.push_back(planes(input(layer, index, k)));
    if (out.flat) {
      for (std::size_t k = 0; k < count; ++k) parts[k] = input(layer, index, k).name;
    }
    return fmt::format("torch.cat(({}), dim=1)", fmt::join(parts, ", "));
  }

  // Over all values of an image.
  static std::string softmax(const char* function, const Value& in) {
    if (in.shape.plane() == 1) return fmt::format("F.{}({}, dim=1)", function, in.name);
    return fmt::format("F.{}(torch.flatten({}, 1), dim=1).view_as({})", function, in.name, in.name);
  }

  static std::string activation(const LayerData& layer, const Value& in) {
    const Layer& l = layer.settings;
    switch (l.type) {
      case LayerType::relu:
        return fmt::format("F.relu({})", in.name);
      case LayerType::sigmoid:
        return fmt::format("torch.sigmoid({})", in.name);
      case LayerType::tanh:
        return fmt::format("torch.tanh({})", in.name);
      case LayerType::leaky_relu:
        return fmt::format("F.leaky_relu({}, {})", in.name, python_number(l.slope));
      case LayerType::elu:
        return fmt::format("F.elu({}, {})", in.name, python_number(l.slope));
      case LayerType::prelu:
        return fmt::format("{}({})", module_of(layer.name), in.name);
      case LayerType::softmax:
        return softmax("softmax", in);
      case LayerType::log_softmax:
        return softmax("log_softmax", in);
      case LayerType::dropout2d:
        if (!in.flat)
          return fmt::format("F.dropout2d({}, {}, self.training)", in.name, python_number(l.rate));
        [[fallthrough]];
      default:
        return fmt::format("F.dropout({}, {}, self.training)", in.name, python_number(l.rate));
    }
  }

  const ModelFile& file_;
  const std::vector<Shape>& shapes_;
  std::vector<Value> values_;  // of the input, then of each layer
  PythonForward result_;
};

}  // namespace

bool is_attribute(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto rest = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && letter(name[0]) && std::ranges::all_of(name, rest) &&
         std::ranges::find(kTaken, name) == kTaken.end();
}

bool is_even(const Padding& p) { return p.top == p.bottom && p.left == p.right; }

Outcome<PythonForward> python_forward(const ModelFile& file) {
  const auto shapes = layer_shapes(file);
  if (!shapes) return shapes.error();
  return Writer(file, *shapes).write();
}

}  // namespace lentil::formats
