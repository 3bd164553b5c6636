// Losses: the value of one image and its share of the gradient of the batch's mean.
#pragma once
#include <span>

#include "kernels/device.h"
#include "runtime/plan.h"

namespace lentil {

// What an image should have given: a class, or one value per output.
struct Target {
  std::uint8_t label = 0;
  std::span<const float> values;  // mse: outputs; cross_entropy: probabilities that add up to 1
  float smoothing = 0;            // of the label
};

// Writes d, the image's share of the gradient of the mean over `images`, and returns its loss. d may be x.
//   cross_entropy  -log softmax(x)[label]         d = (softmax(x) - t) * (1 / images)
//                  for probabilities t: -sum t log softmax(x)
//   nll            -x[label]                      d = -t * (1 / images)
//   mse            mean of (x - t)^2              d = (x - t) * (2 / (images * outputs))
// t is one at the label; smoothing spreads a share of that one evenly over all classes.
float image_loss(const kernels::KernelTable& kernels, Loss loss, std::span<const float> x,
                 const Target& target, std::uint32_t images, float* d);

}  // namespace lentil
