// Images kept out of training, to tell when the weights are best.
#pragma once
#include <cstdint>

#include "formats/host/dataset.h"

namespace lentil::formats {

// `train` without `count` of its images, and these as `test`; both keep the order that the images had, and
// the name, the sources and the classes. Which ones depends on the number of images, the count and the seed
// alone.
Outcome<DataSplit> hold_out(Dataset&& train, std::uint32_t count, std::uint64_t seed);

}  // namespace lentil::formats
