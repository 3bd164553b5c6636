// Data sets in NumPy archives, such as the mnist.npz that comes with Keras.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "formats/host/dataset.h"

namespace lentil::formats {

// Whether the path names an existing file that ends in .npz or starts as zip archives do.
bool is_npz_file(const std::string& path);

// Whether arrays of these names are images with labels.
bool names_images_and_labels(std::span<const std::string> names);

// Archives with two parts (x_train, y_train, x_test, y_test; or train_images, train_labels, test_images,
// test_labels) or one (images and labels, x and y, data and target, data and labels); case does not matter.
// Of one part kHeldOutOneIn become `test`.
//
// Images are [N][H][W], [N][C][H][W], [N][H][W][C] with up to four channels, or flat [N][S*S]. Integers are
// pixels 0..255; truth values, and floats that all lie in 0..1, are multiplied by 255 and rounded. Labels are
// [N] or [N][1], whole numbers below `classes`.
Outcome<DataSplit> load_npz_dataset(const std::string& path, std::uint32_t classes = kDigitClasses);

}  // namespace lentil::formats
