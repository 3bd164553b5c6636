// A network with every layer type that the tutorial's LeNet has not, branches and joins included: for
// machines without heap and files.
#pragma once
#include <array>
#include <cstdint>

#include "runtime/model.h"
#include "tests/contract/case_data.h"

namespace lentil::contract {

inline constexpr std::uint32_t kGraphBatch = 5, kGraphSteps = 4, kGraphClasses = 6;
inline constexpr std::uint16_t kGraphFrozen = 13;  // a batch-norm, folded into the convolution before it
inline constexpr Shape kGraphInput{2, 9, 8};

constexpr std::uint8_t graph_label(std::uint32_t step, std::uint32_t image) {
  return static_cast<std::uint8_t>((step * 3 + image * 5) % kGraphClasses);
}

class GraphNetwork {
 public:
  // Draws its weights in `pieces`.
  explicit GraphNetwork(Pieces& pieces);
  GraphNetwork(const GraphNetwork&) = delete;
  GraphNetwork& operator=(const GraphNetwork&) = delete;
  Model model() const;

 private:
  static constexpr std::uint32_t kMost = 24;
  Layer& append(LayerType type, std::int16_t first, std::int16_t second = kNone);
  void draw(Layer& layer, Slot slot, std::size_t count, float low, float high);
  void conv2d(std::int16_t from, std::uint32_t in, std::uint32_t out, Extent kernel, Padding padding,
              std::uint32_t groups = 1);
  void linear(std::int16_t from, std::uint32_t in, std::uint32_t out);
  void batch_norm(LayerType type, std::int16_t from, std::uint32_t channels);
  void pool(LayerType type, std::int16_t from);
  void vector(LayerType type, std::int16_t from, std::uint32_t count);  // PReLU's slopes, or a constant

  static constexpr std::int16_t kNone = -2;
  Pieces& pieces_;
  std::uint32_t count_ = 0, stream_ = 200;
  std::array<Layer, kMost> layers_{};
  std::array<std::array<std::int16_t, 2>, kMost> inputs_{};
};

}  // namespace lentil::contract
