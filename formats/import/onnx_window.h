// Sliding windows as Conv and the pools describe them.
#pragma once
#include "formats/import/onnx_ops.h"

namespace lentil::formats::onnx {

struct Window {
  Extent kernel, stride, dilation;
  Padding padding;  // that of the Pad in front included
};

// `kernel` where the node says none (a convolution's weights tell it); `value` is the input with its padding.
Outcome<Window> window_of(const Call& call, const Value& value, Dims kernel = {});

}  // namespace lentil::formats::onnx
