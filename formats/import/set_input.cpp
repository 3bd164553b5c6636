// What an input line changes in a network.
#include <algorithm>
#include <string>

#include "formats/import/input_line.h"
#include "formats/recipe.h"

namespace lentil::formats {
namespace {

std::string size_text(const Shape& shape) {
  return std::to_string(shape.height) + "x" + std::to_string(shape.width);
}

bool takes_network_input(const ModelFile& file, std::size_t layer) {
  const auto& inputs = file.layers[layer].inputs;
  return inputs.empty() ? layer == 0 : std::ranges::count(inputs, kNetworkInput) > 0;
}

LayerData layer_of(LayerType type, std::string name) {
  LayerData layer{.name = std::move(name), .settings = {}, .inputs = {}, .tensors = {}};
  layer.settings.type = type;
  return layer;
}

void add_pool(ModelFile& file, LayerType type) {
  const Shape shape = picture_shape(file.input);
  if (file.input != shape) prepend(file, layer_of(LayerType::flatten, "input_flat"));
  LayerData pool = layer_of(type, "input_pool");
  pool.settings.kernel = pool.settings.stride = {2, 2};
  pool.settings.dilation = {1, 1};
  prepend(file, std::move(pool));
  file.input = {shape.channels, shape.height * 2, shape.width * 2};
}

Outcome<std::monostate> pad_convolutions(ModelFile& file, std::uint32_t pixels) {
  const Shape shape = file.input;
  if (std::min(shape.height, shape.width) <= 2 * pixels)
    return Failure{"the input is too small to be padded"};
  for (std::size_t i = 0; i < file.layers.size(); ++i) {
    if (takes_network_input(file, i) && file.layers[i].settings.type != LayerType::conv2d)
      return Failure{"padding behind the scaling is possible in front of a convolution only"};
  }
  for (std::size_t i = 0; i < file.layers.size(); ++i) {
    if (!takes_network_input(file, i)) continue;
    Padding& p = file.layers[i].settings.padding;
    p = {p.top + pixels, p.left + pixels, p.bottom + pixels, p.right + pixels};
  }
  file.input.height -= 2 * pixels;
  file.input.width -= 2 * pixels;
  return std::monostate{};
}

// The fit that makes the input of what is prepared.
Outcome<Fit> fit_to(const Shape& input, const InputLine& line) {
  constexpr std::uint32_t kSide = 28;
  Fit fit = line.fit;
  if (line.resized) {
    if (input.height != line.side || input.width != line.side) {
      return Failure{"the network takes " + size_text(input) + " pixels, and resize" +
                     std::to_string(line.side) + " gives others"};
    }
    fit.height = fit.width = kSide;
  } else if (fit.padding != Padding{}) {
    const std::uint32_t both = 2 * fit.padding.top;
    if (input.height <= both || input.width <= both)
      return Failure{"the network takes " + size_text(input) + " pixels, too few for this padding"};
    fit.height = input.height - both;
    fit.width = input.width - both;
  }
  return fit;
}

bool is_scalar_constant(const LayerData& layer) {
  return layer.settings.has_constant() && layer.tensor(Slot::weight).size() == 1;
}

// Whether the network's input goes to the first layer only, and what that gives to the second one only.
bool is_read_by_next_alone(const ModelFile& file) {
  for (std::size_t i = 1; i < file.layers.size(); ++i) {
    const auto& inputs = file.layers[i].inputs;
    if (std::ranges::count(inputs, kNetworkInput) > 0) return false;
    if (i > 1 && std::ranges::count(inputs, 0) > 0) return false;
  }
  return true;
}

void remove_first(ModelFile& file) {
  file.layers.erase(file.layers.begin());
  for (LayerData& layer : file.layers) {
    for (std::int16_t& input : layer.inputs) --input;
  }
}

}  // namespace

void prepend(ModelFile& file, LayerData layer) {
  for (LayerData& other : file.layers) {
    for (std::int16_t& input : other.inputs) ++input;
  }
  file.layers.insert(file.layers.begin(), std::move(layer));
}

Outcome<std::monostate> set_input(ModelFile& file, const InputLine& line) {
  if (line.pool != LayerType::relu) add_pool(file, line.pool);
  if (line.padding_after != 0) {
    if (auto padded = pad_convolutions(file, line.padding_after); !padded) return padded.error();
  }
  const Shape input = picture_shape(file.input);
  if (line.colours && input.channels != 3)
    return Failure{"the network takes " + std::to_string(input.channels) + " channels, and rgb gives three"};
  const auto fit = fit_to(input, line);
  if (!fit) return fit.error();
  file.normalization.mean.fill(line.mean);
  file.normalization.std.fill(line.std);
  Recipe recipe{.fit = *fit};
  const Shape prepared = prepared_shape(recipe, input);
  recipe = line.colours || input.channels == 1 ? digit_recipe(prepared) : plain_recipe();
  recipe.fit = *fit;
  file.recipe = recipe_steps(recipe, file.input, file.normalization);
  return std::monostate{};
}

bool has_scaling(const ModelFile& file) { return !file.layers.empty() && is_scalar_constant(file.layers[0]); }

bool scales_pixels(const ModelFile& file) {
  constexpr float kMost = 1.0f / 64;
  if (!has_scaling(file)) return false;
  const float factor = file.layers[0].tensor(Slot::weight)[0];
  return file.layers[0].settings.type == LayerType::mul && factor > 0 && factor <= kMost;
}

void absorb_scaling(ModelFile& file) {
  double mean = double{file.normalization.mean[0]}, std = double{file.normalization.std[0]};
  bool absorbed = false;
  while (file.layers.size() > 1 && is_scalar_constant(file.layers[0]) && is_read_by_next_alone(file)) {
    const double constant = double{file.layers[0].tensor(Slot::weight)[0]};
    const LayerType type = file.layers[0].settings.type;
    if (type == LayerType::mul && !(constant > 0)) break;
    if (type == LayerType::mul) std /= constant;
    if (type == LayerType::sub) mean += constant * std;
    if (type == LayerType::add) mean -= constant * std;
    remove_first(file);
    absorbed = true;
  }
  if (!absorbed) return;
  file.normalization.mean.fill(static_cast<float>(mean));
  file.normalization.std.fill(static_cast<float>(std));
}

void invert_input(ModelFile& file) {
  for (float& mean : file.normalization.mean) mean = 1 - mean;
  LayerData minus = layer_of(LayerType::mul, "input_inverted");
  minus.settings.out_features = 1;
  minus.tensor(Slot::weight) = {-1};
  prepend(file, std::move(minus));
}

}  // namespace lentil::formats
