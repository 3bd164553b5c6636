// The vocabulary of formats/spec.h: the one table that parser and printer share.
#pragma once
#include <array>
#include <string_view>

#include "runtime/model.h"

namespace lentil::formats {

enum class SpecArgument { none, out, window, number, order };

struct SpecWord {
  std::string_view word;
  LayerType type;
  SpecArgument argument;     // the word without a letter before it
  std::string_view options;  // letters that take an extent
  std::string_view usage;
  float number = 0;  // default of SpecArgument::number
};

inline constexpr std::array kSpecWords{
    SpecWord{"conv", LayerType::conv2d, SpecArgument::out, "kspdg",
             "conv OUT kK [sS] [pP] [dD] [gG] [nobias] [@NAME]"},
    SpecWord{"linear", LayerType::linear, SpecArgument::out, "", "linear OUT [nobias] [@NAME]"},
    SpecWord{"bn", LayerType::batch_norm2d, SpecArgument::none, "", "bn [@NAME]"},
    SpecWord{"prelu", LayerType::prelu, SpecArgument::none, "", "prelu [@NAME]"},
    SpecWord{"maxpool", LayerType::max_pool2d, SpecArgument::window, "sp", "maxpool K [sS] [pP]"},
    SpecWord{"avgpool", LayerType::avg_pool2d, SpecArgument::window, "sp", "avgpool K [sS] [pP]"},
    SpecWord{"globalavgpool", LayerType::global_avg_pool2d, SpecArgument::none, "", "globalavgpool"},
    SpecWord{"relu", LayerType::relu, SpecArgument::none, "", "relu"},
    SpecWord{"leakyrelu", LayerType::leaky_relu, SpecArgument::number, "", "leakyrelu [A]", 0.01f},
    SpecWord{"elu", LayerType::elu, SpecArgument::none, "", "elu", 1.0f},
    SpecWord{"sigmoid", LayerType::sigmoid, SpecArgument::none, "", "sigmoid"},
    SpecWord{"tanh", LayerType::tanh, SpecArgument::none, "", "tanh"},
    SpecWord{"dropout", LayerType::dropout, SpecArgument::number, "", "dropout [P]", 0.5f},
    SpecWord{"dropout2d", LayerType::dropout2d, SpecArgument::number, "", "dropout2d [P]", 0.5f},
    SpecWord{"flatten", LayerType::flatten, SpecArgument::order, "", "flatten [hwc]"},
    SpecWord{"softmax", LayerType::softmax, SpecArgument::none, "", "softmax"},
    SpecWord{"logsoftmax", LayerType::log_softmax, SpecArgument::none, "", "logsoftmax"},
};

inline constexpr std::string_view kInputUsage = "input CxHxW or input N";

}  // namespace lentil::formats
