// Networks as TensorFlow's families (Keras, TFLite) count them: sizes in the order height, width, channels,
// paddings by name, kernels [height][width][in][out]. Here they become layers of ours.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "formats/host/named_tensor.h"
#include "formats/model_builder.h"

namespace lentil::formats {

enum class AxisOrder : std::uint8_t { channels_last, channels_first };

// What a layer gives out, as the file sees it.
struct TfValue {
  std::int16_t layer = kNetworkInput;
  std::vector<std::uint32_t> sizes{};  // without the batch; 1 to 3
  AxisOrder order = AxisOrder::channels_last;
  Padding zeros{};  // that the file puts around it; no layer does yet

  Shape shape() const;          // without the zeros
  std::uint64_t count() const;  // elements
  bool is_permuted() const;     // whether the file's order of elements is another than ours
  std::size_t channel_axis() const { return order == AxisOrder::channels_first ? 0 : sizes.size() - 1; }
};

// Numbers of the file by their place in it.
struct Elements {
  std::size_t count = 0;  // 0: there are none
  std::function<float(std::size_t)> at{};
};

struct TfWindow {
  Extent kernel{}, stride{}, dilation{};
  bool same = false;  // padding "same", else "valid"
};

// Of a kernel's element [out][in of the group][row][column], in elements of the file.
struct KernelStrides {
  std::size_t out = 0, in = 0, row = 0, column = 0;
};

struct TfConv {
  TfWindow window{};
  std::uint32_t out = 0, groups = 1;
  KernelStrides strides{};
};

struct TfBatchNorm {
  Elements scale, shift, mean, variance;  // scale, shift: without elements, ones and zeros
  float epsilon = 1e-3f;
};

// Each call appends layers and gives their output. The first mistake is kept and told by build(); what later
// calls give is then of no use. `name` is of the layer that carries the parameters; empty: a default one.
class TfNetwork {
 public:
  // Weights and constants have `most_elements` together, or it is a mistake.
  TfNetwork(std::string name, std::vector<std::uint32_t> sizes, AxisOrder order, std::uint64_t most_elements);

  TfValue input() const { return input_; }

  TfValue conv2d(TfValue in, const TfConv& conv, const Elements& kernel, const Elements& bias,
                 std::string name = {});
  // Strides of the weights in elements; `in` is flattened in the file's order.
  TfValue linear(TfValue in, std::uint32_t out, std::size_t out_stride, std::size_t in_stride,
                 const Elements& weights, const Elements& bias, std::string name = {});
  TfValue batch_norm(TfValue in, const TfBatchNorm& settings, std::string name = {});
  // One slope for all, for each channel, or for each element if they are the same all over a channel.
  TfValue prelu(TfValue in, const std::vector<std::uint32_t>& sizes, const Elements& slopes,
                std::string name = {});
  TfValue max_pool(TfValue in, const TfWindow& window);
  TfValue average_pool(TfValue in, const TfWindow& window);  // padding is not counted
  TfValue global_average(TfValue in, bool keep_axes);
  TfValue activation(TfValue in, LayerType type, float slope = 0);  // softmax: of a flat value
  TfValue dropout(TfValue in, LayerType type, float rate);

  // in (+ - *) constant, whose sizes are broadcast as NumPy does it; reverse: constant - in.
  TfValue constant(TfValue in, LayerType type, const std::vector<std::uint32_t>& sizes,
                   const Elements& values, bool reverse = false, std::string name = {});
  TfValue join(LayerType type, const std::vector<TfValue>& values);  // add, sub, mul, concat (channels)

  TfValue pad(TfValue in, const Padding& zeros);
  TfValue flatten(TfValue in);
  TfValue reshape(TfValue in, std::vector<std::uint32_t> sizes, AxisOrder order);
  TfValue transpose(TfValue in, const std::vector<std::size_t>& axes);  // output's axis i is input's axes[i]

  TfValue fail(const std::string& layer, const std::string& what);
  bool failed() const { return !failure_.empty() || builder_.failed(); }
  bool claim(const std::string& layer, std::uint64_t elements);  // false, and a mistake: too many

  // The network that ends in `output`.
  Outcome<ModelFile> build(TfValue output) &&;

 private:
  ModelBuilder& behind(const TfValue& value);
  TfValue given(std::vector<std::uint32_t> sizes, AxisOrder order) const;
  TfValue planes_of(const TfValue& like) const;  // the newest layer's output, in this value's order
  TfValue materialized(TfValue value, const std::string& layer);  // its zeros become a layer
  Padding padding_of(const TfValue& in, const TfWindow& window) const;
  bool takes_window(const TfValue& in, const TfWindow& window, const std::string& layer);
  void fill(Slot slot, const Elements& values);

  ModelBuilder builder_;
  TfValue input_;
  std::uint64_t elements_left_;
  std::string failure_;
};

}  // namespace lentil::formats
