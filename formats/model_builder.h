// Networks written by hand in C++:
//   ModelBuilder("tiny").conv2d("conv1", {.out = 4, .kernel = {3, 3}}).relu().flatten().linear("fc1",
//   10).build()
// The shape is followed along, so that nobody counts channels. Parameters start as zeros (scales and
// variances as ones, PReLU's slope as 0.25); initialize() in formats/initial_weights.h draws them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/host/outcome.h"
#include "formats/model_file.h"

namespace lentil::formats {

struct Conv2dOptions {
  std::uint32_t out = 0;
  Extent kernel{}, stride{}, dilation{};
  Padding padding{};
  std::uint32_t groups = 1;
  bool bias = true;
};

struct PoolOptions {
  Extent kernel{2, 2};
  Extent stride{0, 0};  // 0: as the kernel
  Padding padding{};
  Extent dilation{};
  bool ceil_mode = false;
  bool count_include_pad = true;
};

struct BatchNormOptions {
  float epsilon = 1e-5f;
  float momentum = 0.1f;  // weight of the newest batch in the running statistics
};

// "conv1" for the first convolution, "fc2" for the second linear layer, and so on.
std::string default_layer_name(LayerType type, std::size_t ordinal);

// Each call appends one layer and returns the builder. The first mistake is kept and told by build(); later
// calls then do nothing. A layer without a name gets its default one.
class ModelBuilder {
 public:
  explicit ModelBuilder(std::string name, Shape input = {1, 28, 28});

  ModelBuilder& conv2d(std::string name, const Conv2dOptions& options);
  ModelBuilder& linear(std::string name, std::uint32_t out, bool bias = true);  // wants a flat input
  ModelBuilder& batch_norm(std::string name = {},
                           const BatchNormOptions& options = {});  // 1d on a flat input, else 2d
  ModelBuilder& prelu(std::string name = {}, std::uint32_t slopes = 1);
  ModelBuilder& max_pool2d(const PoolOptions& options = {}, std::string name = {});
  ModelBuilder& avg_pool2d(const PoolOptions& options = {}, std::string name = {});
  ModelBuilder& global_avg_pool2d(std::string name = {});
  ModelBuilder& relu(std::string name = {});
  ModelBuilder& leaky_relu(float slope = 0.01f, std::string name = {});
  ModelBuilder& elu(float alpha = 1.0f, std::string name = {});
  ModelBuilder& sigmoid(std::string name = {});
  ModelBuilder& tanh(std::string name = {});
  ModelBuilder& softmax(std::string name = {});
  ModelBuilder& log_softmax(std::string name = {});
  ModelBuilder& dropout(float rate = 0.5f, std::string name = {});
  ModelBuilder& dropout2d(float rate = 0.5f, std::string name = {});
  ModelBuilder& flatten(FlattenOrder order = FlattenOrder::chw, std::string name = {});
  ModelBuilder& reshape(Shape shape, std::string name = {});

  // Networks that are no chain: the next layer takes its input from `layer` (kNetworkInput: the picture), and
  // joins take theirs from several: add, sub and mul from two of one shape, concat from any number of one
  // height and width. last() is the index of the newest layer.
  ModelBuilder& after(std::int16_t layer);
  ModelBuilder& add(std::int16_t a, std::int16_t b, std::string name = {}) {
    return join(LayerType::add, {a, b}, std::move(name));
  }
  ModelBuilder& sub(std::int16_t a, std::int16_t b, std::string name = {}) {
    return join(LayerType::sub, {a, b}, std::move(name));
  }
  ModelBuilder& mul(std::int16_t a, std::int16_t b, std::string name = {}) {
    return join(LayerType::mul, {a, b}, std::move(name));
  }
  ModelBuilder& concat(std::vector<std::int16_t> layers, std::string name = {}) {
    return join(LayerType::concat, std::move(layers), std::move(name));
  }
  ModelBuilder& join(LayerType type, std::vector<std::int16_t> layers, std::string name = {});

  // x + c, x - c or x * c (LayerType::add, sub, mul): one value for all, one for each channel or one for each
  // element. Constants are not trained.
  ModelBuilder& constant(LayerType type, std::vector<float> values, std::string name = {});

  // A tensor of the newest layer, for weights that come from elsewhere.
  ModelBuilder& tensor(Slot slot, std::vector<float> values);

  std::int16_t last() const { return static_cast<std::int16_t>(file_.layers.size()) - 1; }

  ModelBuilder& labels(std::vector<std::string> labels);
  ModelBuilder& normalize(float mean, float std);  // the same for all channels

  Shape shape() const { return shapes_.back(); }  // of the newest layer's output
  bool failed() const { return !failure_.empty(); }
  Outcome<ModelFile> build() const&;
  Outcome<ModelFile> build() &&;  // without a copy of the weights

  // Of the newest layer, to be filled with as many values; not when the builder has failed.
  std::vector<float>& tensor(Slot slot) { return file_.layers.back().tensor(slot); }

 private:
  ModelBuilder& append(Layer settings, std::string name, bool bias = true);
  ModelBuilder& append_pool(LayerType type, const PoolOptions& options, std::string name);
  void check_name(const LayerData& layer);
  Shape input_shape() const;  // of the next layer
  Shape shape_of(std::int16_t layer) const { return shapes_[static_cast<std::size_t>(layer + 1)]; }
  Outcome<Shape> output_shape(const LayerData& layer) const;
  void fail(const std::string& layer, const std::string& what);

  ModelFile file_;
  std::vector<Shape> shapes_;         // of the input, then of each layer's output
  std::vector<std::int16_t> inputs_;  // of the next layer; empty: the layer before
  std::string failure_;
};

}  // namespace lentil::formats
