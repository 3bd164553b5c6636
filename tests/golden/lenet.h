// The tutorial's LeNet and images of the formula; lenet.py makes the same in Python.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/golden/formula.h"
#include "tests/reference/memory_model.h"

namespace lentil::golden {

inline constexpr std::uint32_t kImages = 6400;  // different ones; then they come again
inline constexpr std::uint32_t kBatch = 64;
inline constexpr std::size_t kPixels = 28 * 28;
inline constexpr float kMean = 0.1307f, kStd = 0.3081f;

inline std::uint8_t image_label(std::uint32_t image) {
  return static_cast<std::uint8_t>(formula_bits(100, image) % 10);
}

// Stripes whose direction and distance tell the class; noise, and one image in ten shows a wrong class.
inline std::uint8_t image_pixel(std::uint32_t image, std::uint32_t row, std::uint32_t column) {
  if (row < 4 || row >= 24 || column < 4 || column >= 24) return 0;
  const bool wrong = formula_bits(101, image) % 10 == 0;
  const std::uint32_t shown = wrong ? formula_bits(102, image) % 10 : image_label(image);
  const std::uint32_t phase = formula_bits(103, image) % 9;
  const bool bright = (column * (shown % 5) + row * (shown / 5 + 1) + phase) % 9 < 3;
  const std::uint32_t noise = formula_bits(104, image * 784 + row * 28 + column) % 96;
  return static_cast<std::uint8_t>(noise + (bright ? 120 : 20));
}

struct LabelledBatch {
  std::vector<std::uint8_t> pixels;  // [kBatch][28][28]
  std::vector<float> values;         // the same, normalised: what PyTorch is given
  std::vector<std::uint8_t> labels;
};

inline LabelledBatch batch_of_step(std::uint32_t step) {
  LabelledBatch batch;
  for (std::uint32_t b = 0; b < kBatch; ++b) {
    const std::uint32_t image = (step * kBatch + b) % kImages;
    batch.labels.push_back(image_label(image));
    for (std::uint32_t i = 0; i < kPixels; ++i) {
      batch.pixels.push_back(image_pixel(image, i / 28, i % 28));
      batch.values.push_back((static_cast<float>(batch.pixels.back()) / 255.0f - kMean) / kStd);
    }
  }
  return batch;
}

// Uniform within 1 / sqrt(fan in), as PyTorch begins; streams 1 to 8 in the order of the state_dict.
inline std::vector<float> initial_weights(std::uint32_t stream, std::size_t count, double fan_in) {
  return formula_values(stream, count, static_cast<float>(1.0 / std::sqrt(fan_in)));
}

// Dropout rate 0 leaves both dropouts out.
inline void add_lenet(reference::MemoryModel& model, float dropout) {
  using namespace reference;
  const Layer pool = max_pool_layer({2, 2}, {2, 2});
  const Layer relu = layer_of(LayerType::relu);
  model.add(conv2d_layer(1, 10, {5, 5}), "conv1", initial_weights(1, 250, 25), initial_weights(2, 10, 25));
  model.add(pool, "pool1");
  model.add(relu, "relu1");
  model.add(conv2d_layer(10, 20, {5, 5}), "conv2", initial_weights(3, 5000, 250),
            initial_weights(4, 20, 250));
  if (dropout > 0) model.add(dropout_layer(LayerType::dropout2d, dropout), "conv2_drop");
  model.add(pool, "pool2");
  model.add(relu, "relu2");
  model.add(layer_of(LayerType::flatten), "flatten");
  model.add(linear_layer(320, 50), "fc1", initial_weights(5, 16000, 320), initial_weights(6, 50, 320));
  model.add(relu, "relu3");
  if (dropout > 0) model.add(dropout_layer(LayerType::dropout, dropout), "dropout");
  model.add(linear_layer(50, 10), "fc2", initial_weights(7, 500, 50), initial_weights(8, 10, 50));
  model.add(layer_of(LayerType::log_softmax), "log_softmax");
}

inline constexpr Shape kImageShape{.channels = 1, .height = 28, .width = 28};
inline Normalization image_normalization() {
  return {.mean = {kMean, kMean, kMean, kMean}, .std = {kStd, kStd, kStd, kStd}};
}

}  // namespace lentil::golden
