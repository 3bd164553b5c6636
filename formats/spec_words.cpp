#include "formats/spec_words.h"

#include <algorithm>
#include <array>

namespace lentil::formats {
namespace {

using Builder = ModelBuilder;
using Entry = SpecLayer;

constexpr Extent kOne{1, 1};

// Entries have been checked: what their usage does not put in brackets is there.
Conv2dOptions conv2d_options(const Entry& e) {
  return {.out = *e.out,
          .kernel = *e.kernel,
          .stride = e.stride.value_or(kOne),
          .dilation = e.dilation,
          .padding = e.padding,
          .groups = e.groups,
          .bias = !e.no_bias};
}

PoolOptions pool_options(const Entry& e) {
  return {.kernel = *e.kernel,
          .stride = e.stride.value_or(*e.kernel),
          .padding = e.padding,
          .dilation = e.dilation,
          .ceil_mode = e.ceil,
          .count_include_pad = !e.no_pad};
}

BatchNormOptions batch_norm_options(const Entry& e) {
  const BatchNormOptions usual;
  return {.epsilon = e.eps.value_or(usual.epsilon), .momentum = e.momentum.value_or(usual.momentum)};
}

float number(const Entry& e) { return e.number ? *e.number : *e.word->number; }

template <LayerType Type>
void constant(Builder& b, const Entry& e) {
  b.constant(Type, {number(e)}, e.name);
}

constexpr std::array kWords{
    SpecWord{LayerType::conv2d,
             "conv OUT kK [sS] [pP] [dD] [gG] [nobias] [@NAME]",
             {},
             [](Builder& b, const Entry& e) { b.conv2d(e.name, conv2d_options(e)); }},
    SpecWord{LayerType::linear,
             "linear OUT [nobias] [@NAME]",
             {},
             [](Builder& b, const Entry& e) { b.linear(e.name, *e.out, !e.no_bias); }},
    SpecWord{LayerType::batch_norm2d,
             "bn [epsE] [momentumM] [@NAME]",
             {},
             [](Builder& b, const Entry& e) { b.batch_norm(e.name, batch_norm_options(e)); }},
    SpecWord{LayerType::prelu,
             "prelu [channels] [@NAME]",
             {},
             [](Builder& b, const Entry& e) { b.prelu(e.name, e.channels ? b.shape().channels : 1); }},
    SpecWord{LayerType::max_pool2d,
             "maxpool K [sS] [pP] [dD] [ceil]",
             {},
             [](Builder& b, const Entry& e) { b.max_pool2d(pool_options(e)); }},
    SpecWord{LayerType::avg_pool2d,
             "avgpool K [sS] [pP] [ceil] [nopad]",
             {},
             [](Builder& b, const Entry& e) { b.avg_pool2d(pool_options(e)); }},
    SpecWord{LayerType::global_avg_pool2d,
             "globalavgpool",
             {},
             [](Builder& b, const Entry&) { b.global_avg_pool2d(); }},
    SpecWord{LayerType::relu, "relu", {}, [](Builder& b, const Entry&) { b.relu(); }},
    SpecWord{LayerType::leaky_relu, "leakyrelu [A]", 0.01f,
             [](Builder& b, const Entry& e) { b.leaky_relu(number(e)); }},
    SpecWord{LayerType::elu, "elu [A]", 1.0f, [](Builder& b, const Entry& e) { b.elu(number(e)); }},
    SpecWord{LayerType::sigmoid, "sigmoid", {}, [](Builder& b, const Entry&) { b.sigmoid(); }},
    SpecWord{LayerType::tanh, "tanh", {}, [](Builder& b, const Entry&) { b.tanh(); }},
    SpecWord{LayerType::dropout, "dropout [P]", 0.5f,
             [](Builder& b, const Entry& e) { b.dropout(number(e)); }},
    SpecWord{LayerType::dropout2d, "dropout2d [P]", 0.5f,
             [](Builder& b, const Entry& e) { b.dropout2d(number(e)); }},
    SpecWord{LayerType::flatten, "flatten [hwc]", {}, [](Builder& b, const Entry& e) { b.flatten(e.order); }},
    SpecWord{
        LayerType::reshape, "reshape CxHxW", {}, [](Builder& b, const Entry& e) { b.reshape(*e.shape); }},
    SpecWord{LayerType::add, "add C [@NAME]", {}, constant<LayerType::add>},
    SpecWord{LayerType::sub, "sub C [@NAME]", {}, constant<LayerType::sub>},
    SpecWord{LayerType::mul, "mul C [@NAME]", {}, constant<LayerType::mul>},
    SpecWord{LayerType::softmax, "softmax", {}, [](Builder& b, const Entry&) { b.softmax(); }},
    SpecWord{LayerType::log_softmax, "logsoftmax", {}, [](Builder& b, const Entry&) { b.log_softmax(); }},
};

template <class Same>
const SpecWord* find(Same same) {
  const auto found = std::find_if(kWords.begin(), kWords.end(), same);
  return found == kWords.end() ? nullptr : &*found;
}

}  // namespace

std::span<const SpecWord> spec_words() { return kWords; }

const SpecWord* find_spec_word(std::string_view word) {
  return find([&](const SpecWord& known) { return known.word() == word; });
}

const SpecWord* find_spec_word(LayerType type) {
  if (type == LayerType::batch_norm1d) type = LayerType::batch_norm2d;
  return find([&](const SpecWord& known) { return known.type == type; });
}

}  // namespace lentil::formats
