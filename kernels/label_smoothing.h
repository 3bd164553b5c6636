// Label smoothing (Szegedy et al., "Rethinking the Inception architecture", 2016): the target moves a share
// of its weight from the label to all classes alike. Without smoothing both functions give the plain loss's
// bits.
#pragma once
#include "kernels/host_device.h"

namespace lentil::kernels {

// The target of one class.
LENTIL_HD float smoothed_target(bool at_label, float smoothing, float classes) {
  return (at_label ? 1.0f - smoothing : 0.0f) + smoothing / classes;
}

// The loss, from -log p at the label and the sum of -log p over the classes.
LENTIL_HD float smoothed_loss(float at_label, float sum, float smoothing, float classes) {
  return smoothing > 0 ? fma(smoothing / classes, sum, (1.0f - smoothing) * at_label) : at_label;
}

}  // namespace lentil::kernels
