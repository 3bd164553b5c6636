// What the rows of ops_golden.h hold. Inputs are numbers of the formula: stream 1 input, 2 weight, 3 bias,
// 4 gradient of the output (or targets); the values below are PyTorch's results for batches of two images.
#pragma once
#include <vector>

#include "runtime/plan.h"
#include "runtime/trainer.h"
#include "tests/reference/conv2d.h"

namespace lentil::golden {

using Values = std::vector<double>;

struct ConvCase {
  reference::Conv2d conv;
  Values y, dx, dweight, dbias;  // dbias is empty where there is no bias
};
struct PoolCase {
  Shape input;
  reference::Window window;
  Values y, dx;
};
struct AvgPoolCase {
  Shape input;
  reference::Window window;
  bool include_pad;
  Values y, dx;
};
struct LinearCase {
  Values y, dx, dweight, dbias;  // 5 inputs, 3 outputs
};
struct PointwiseCase {
  LayerType type;
  float slope;
  Values y, dx;  // of three times the input, one image
};
struct PreluCase {
  Values y, dx, dslope;  // of images 3x2x2; as many slopes as dslope has
};
struct BatchNormCase {
  Shape input;
  Values y, dx;
  // In training with momentum 0.1 and epsilon 0.1; empty: with the running statistics from before, whose mean
  // is stream 5 and whose variance is 1.5 + stream 6.
  Values dweight, dbias, running_mean, running_var;
};
struct LossCase {
  Loss loss;
  double label_smoothing;
  double mean;
  Values gradient;  // three images of five classes or values, labels 2, 0, 4
};
struct SgdCase {
  Sgd sgd;
  Values weights;  // after steps with the gradients of streams 4, 5 and 6
};

}  // namespace lentil::golden
