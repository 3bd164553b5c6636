#include "tests/stress/random_network.h"

#include <algorithm>
#include <array>

#include "formats/initial_weights.h"
#include "formats/model_builder.h"
#include "tests/support/dice.h"

namespace lentil::stress {
namespace {

using formats::ModelBuilder;
using test::Dice;

constexpr std::size_t kMostValues = 600;  // of one layer's output: the oracle is slow

// A network in the making: each step may fail and is then taken back.
class Drawing {
 public:
  explicit Drawing(std::uint32_t seed) : dice_(seed), builder_("random", input_shape()) {
    shapes_.push_back(builder_.shape());
  }

  formats::ModelFile draw() {
    for (std::uint32_t layers = dice_.between(1, 8); layers > 0; --layers) try_layer();
    gather_leaves();
    for (std::uint32_t layers = dice_.below(3); layers > 0; --layers) flat_layer();
    builder_.linear("", dice_.between(2, 10), !dice_.once_in(4));
    if (dice_.once_in(4)) builder_.sigmoid();
    if (const std::uint32_t last = dice_.below(3); last > 0)
      last == 1 ? builder_.log_softmax() : builder_.softmax();
    return *builder_.build();
  }

 private:
  Shape input_shape() {
    if (dice_.once_in(8)) return {dice_.between(2, 24), 1, 1};
    return {dice_.between(1, 4), dice_.between(4, 10), dice_.between(4, 10)};
  }

  // The newest layer most of the time, else any.
  std::int16_t source() {
    const auto last = static_cast<std::uint32_t>(builder_.last() + 1);
    return static_cast<std::int16_t>((dice_.once_in(4) ? dice_.below(last + 1) : last)) - 1;
  }
  const Shape& shape_of(std::int16_t layer) const { return shapes_[static_cast<std::size_t>(layer + 1)]; }

  Padding padding(const Extent& kernel, const Extent& dilation, bool pool) {
    if (dice_.once_in(2)) return {};
    const std::uint32_t rows = pool ? dilation.height * (kernel.height - 1) : 3;
    const std::uint32_t columns = pool ? dilation.width * (kernel.width - 1) : 3;
    const auto side = [&](std::uint32_t most) { return dice_.between(0, std::min(most, 3u)); };
    const Padding p{side(rows), side(columns), side(rows), side(columns)};
    return dice_.once_in(2) ? p : Padding{p.top, p.left, p.top, p.left};
  }
  Extent extent(std::uint32_t most, std::uint32_t odds = 1) {
    if (!dice_.once_in(odds)) return {1, 1};
    const Extent e{dice_.between(1, most), dice_.between(1, most)};
    return dice_.once_in(3) ? e : Extent{e.height, e.height};
  }

  void conv2d(ModelBuilder& b, const Shape& in) {
    const std::array<std::uint32_t, 3> divisors{1, in.channels, in.channels % 2 == 0 ? 2u : 1u};
    formats::Conv2dOptions o{.kernel = extent(4), .stride = extent(3, 3), .dilation = extent(2, 4)};
    o.groups = dice_.once_in(2) ? 1 : divisors[dice_.below(3)];
    o.out = o.groups * dice_.between(1, o.groups == 1 ? 9 : 3);
    o.padding = padding(o.kernel, o.dilation, false);
    o.bias = !dice_.once_in(4);
    b.conv2d("", o);
  }
  formats::PoolOptions pool() {
    formats::PoolOptions o{.kernel = extent(3), .stride = extent(3), .dilation = extent(2, 5)};
    if (dice_.once_in(2)) o.kernel = o.stride = {2, 2};
    o.padding = padding(o.kernel, o.dilation, true);
    o.ceil_mode = dice_.once_in(3);
    o.count_include_pad = !dice_.once_in(3);
    return o;
  }
  void constant(ModelBuilder& b, const Shape& in) {
    const std::array<std::size_t, 3> sizes{1, in.channels, in.count()};
    std::vector<float> values(sizes[dice_.below(3)]);
    dice_.fill(values, -1.5f, 1.5f);
    b.constant(dice_.one_of(kArithmetic), values);
  }
  void join(ModelBuilder& b, std::int16_t first) {
    const bool concat = dice_.once_in(2);
    const Shape& wanted = shape_of(first);
    std::vector<std::int16_t> others;
    for (std::int16_t i = kNetworkInput; i <= builder_.last(); ++i) {
      const Shape& s = shape_of(i);
      if (s.height == wanted.height && s.width == wanted.width && (concat || s.channels == wanted.channels))
        others.push_back(i);
    }
    std::vector<std::int16_t> inputs{first, dice_.one_of(others)};
    if (concat && dice_.once_in(2)) inputs.push_back(dice_.one_of(others));
    if (dice_.once_in(2)) std::swap(inputs[0], inputs[1]);
    b.join(concat ? LayerType::concat : dice_.one_of(kArithmetic), inputs);
  }
  void activation(ModelBuilder& b, const Shape& in) {
    switch (dice_.below(7)) {
      case 0:
        b.sigmoid();
        break;
      case 1:
        b.tanh();
        break;
      case 2:
        b.leaky_relu(dice_.uniform(0, 0.5f));
        break;
      case 3:
        b.elu(dice_.uniform(0, 1.5f));
        break;
      case 4:
        b.prelu("", dice_.once_in(2) ? 1 : in.channels);
        break;
      default:
        b.relu();
    }
  }
  void dropout(ModelBuilder& b) {
    const float rate = dice_.uniform(0, 0.6f);
    dice_.once_in(2) ? b.dropout(rate) : b.dropout2d(rate);
  }
  void new_shape(ModelBuilder& b, const Shape& in) {
    if (dice_.once_in(2)) {
      b.flatten(dice_.once_in(2) ? FlattenOrder::hwc : FlattenOrder::chw);
    } else {
      b.reshape(dice_.once_in(2) ? Shape{in.height, in.width, in.channels}
                                 : Shape{in.channels * in.height, 1, in.width});
    }
  }
  void any_layer(ModelBuilder& b, std::int16_t from) {
    const Shape in = shape_of(from);
    b.after(from);
    switch (dice_.below(14)) {
      case 0:
        b.max_pool2d(pool());
        break;
      case 1:
        b.avg_pool2d(pool());
        break;
      case 2:
        dice_.once_in(4) ? b.global_avg_pool2d() : b.softmax();
        break;
      case 3:
      case 4:
        b.batch_norm("", {dice_.uniform(1e-5f, 1e-2f), dice_.uniform(0, 1)});
        break;
      case 5:
      case 6:
        activation(b, in);
        break;
      case 7:
        dropout(b);
        break;
      case 8:
        constant(b, in);
        break;
      case 9:
      case 10:
        join(b, from);
        break;
      case 11:
        new_shape(b, in);
        break;
      default:
        conv2d(b, in);
    }
  }

  void try_layer() {
    for (int attempt = 0; attempt < 10; ++attempt) {
      ModelBuilder trial = builder_;
      any_layer(trial, source());
      if (trial.failed() || trial.shape().count() > kMostValues) continue;
      keep(std::move(trial));
      return;
    }
  }
  void keep(ModelBuilder trial) {
    builder_ = std::move(trial);
    shapes_.push_back(builder_.shape());
  }

  // Everything that nobody reads yet, flat and side by side.
  void gather_leaves() {
    const auto file = *builder_.build();
    std::vector<bool> read(file.layers.size());
    for (std::size_t i = 0; i < file.layers.size(); ++i) {
      const auto& inputs = file.layers[i].inputs;
      for (const std::int16_t input : inputs)
        if (input >= 0) read[static_cast<std::size_t>(input)] = true;
      if (inputs.empty() && i > 0) read[i - 1] = true;
    }
    std::vector<std::int16_t> leaves;
    for (std::size_t i = 0; i < read.size(); ++i) {
      if (read[i]) continue;
      builder_.after(static_cast<std::int16_t>(i));
      builder_.flatten(dice_.once_in(3) ? FlattenOrder::hwc : FlattenOrder::chw);
      leaves.push_back(builder_.last());
    }
    if (leaves.empty()) builder_.flatten();
    if (leaves.size() > 1) builder_.concat(leaves);
  }
  void flat_layer() {
    builder_.linear("", dice_.between(2, 40), !dice_.once_in(4));
    if (dice_.once_in(3)) builder_.batch_norm();
    if (dice_.once_in(2)) activation(builder_, builder_.shape());
    if (dice_.once_in(3)) dropout(builder_);
  }

  static inline const std::vector<LayerType> kArithmetic{LayerType::add, LayerType::sub, LayerType::mul};

  Dice dice_;
  ModelBuilder builder_;
  std::vector<Shape> shapes_;  // of the input, then of every layer
};

void draw_parameters(formats::ModelFile& file, Dice& dice) {
  for (formats::LayerData& layer : file.layers) {
    const LayerType type = layer.settings.type;
    if (type == LayerType::prelu) dice.fill(layer.tensor(Slot::weight), -0.4f, 0.8f);
    if (!is_batch_norm(type)) continue;
    dice.fill(layer.tensor(Slot::weight), 0.5f, 1.5f);
    dice.fill(layer.tensor(Slot::bias), -0.5f, 0.5f);
    dice.fill(layer.tensor(Slot::running_mean), -0.5f, 0.5f);
    dice.fill(layer.tensor(Slot::running_var), 0.2f, 2.0f);
  }
}

}  // namespace

formats::ModelFile random_network(std::uint32_t seed) {
  formats::ModelFile file = Drawing(seed).draw();
  formats::initialize(file, seed);
  Dice dice(seed ^ 0x5eedu << 16);
  draw_parameters(file, dice);
  dice.fill(file.normalization.mean, 0, 0.5f);
  dice.fill(file.normalization.std, 0.2f, 1.0f);
  return file;
}

RandomRun random_run(std::uint32_t seed, const formats::ModelFile& file) {
  Dice dice(seed ^ 0xb47cu << 16);
  RandomRun run;
  run.input = dice.once_in(2) ? InputType::float32 : InputType::uint8;
  run.loss = dice.one_of(std::vector{Loss::cross_entropy, Loss::cross_entropy, Loss::nll, Loss::mse});
  run.batch = dice.once_in(3) ? 1 : dice.once_in(2) ? dice.between(2, 5) : dice.between(6, 17);
  run.momentum = !dice.once_in(4);
  for (std::uint16_t i = 0; i < file.layers.size(); ++i) {
    const bool batch_norm = is_batch_norm(file.layers[i].settings.type);
    if (dice.once_in(batch_norm ? 2 : 5)) run.frozen.push_back(i);
    if (batch_norm) run.batch = std::max(run.batch, 2u);
  }
  // Something has to learn: the last linear layer.
  const auto last = std::find_if(file.layers.rbegin(), file.layers.rend(), [](const formats::LayerData& l) {
    return l.settings.type == LayerType::linear;
  });
  std::erase(run.frozen, static_cast<std::uint16_t>(file.layers.rend() - last - 1));
  if (run.loss != Loss::mse && dice.once_in(3)) run.label_smoothing = dice.uniform(0, 0.5f);
  run.nesterov = run.momentum && dice.once_in(3);
  return run;
}

}  // namespace lentil::stress
