#include "tools/suspects.h"

#include <algorithm>

#include "tools/input_suspects.h"

namespace lentil::tools {
namespace {

using namespace formats;

constexpr std::size_t kTried = 200;  // images: enough to see whether a suspect fits

Outputs first_outputs(const Outputs& outputs, std::size_t count) {
  Outputs part = outputs;
  part.probabilities.resize(std::min(count, outputs.images()) * outputs.classes);
  return part;
}

// The kernels turned over, which is the pictures mirrored.
ModelFile with_mirrored_pictures(ModelFile file) {
  LayerData& first =
      *std::ranges::find_if(file.layers, [](const LayerData& l) { return !l.tensor(Slot::weight).empty(); });
  std::vector<float>& weight = first.tensor(Slot::weight);
  const Shape shape = picture_shape(file.input);
  const bool linear = first.settings.type == LayerType::linear;
  const std::size_t height = linear ? shape.height : first.settings.kernel.height;
  const std::size_t width = linear ? shape.width : first.settings.kernel.width;
  if (height != width || weight.size() % (height * width) != 0) return file;
  for (std::size_t plane = 0; plane < weight.size(); plane += height * width) {
    for (std::size_t y = 0; y < height; ++y) {
      for (std::size_t x = 0; x < y; ++x)
        std::swap(weight[plane + y * width + x], weight[plane + x * width + y]);
    }
  }
  return file;
}

bool swap_flatten_order(ModelFile& file) {
  for (LayerData& layer : file.layers) {
    if (layer.settings.type != LayerType::flatten) continue;
    layer.settings.order = layer.settings.order == FlattenOrder::chw ? FlattenOrder::hwc : FlattenOrder::chw;
    return true;
  }
  return false;
}

bool reverse_colours(ModelFile& file) {
  LayerData& first = file.layers[0];
  if (file.input.channels != 3 || first.settings.type != LayerType::conv2d || first.settings.groups != 1)
    return false;
  std::vector<float>& weight = first.tensor(Slot::weight);
  const std::size_t plane = first.settings.kernel.height * first.settings.kernel.width;
  for (std::size_t out = 0; out < weight.size(); out += 3 * plane)
    std::swap_ranges(weight.begin() + static_cast<std::ptrdiff_t>(out),
                     weight.begin() + static_cast<std::ptrdiff_t>(out + plane),
                     weight.begin() + static_cast<std::ptrdiff_t>(out + 2 * plane));
  return true;
}

std::vector<Suspect> all_suspects(const ModelFile& file) {
  std::vector<Suspect> suspects = input_suspects(file);
  suspects.push_back(
      {"pictures mirrored at the diagonal (width and height exchanged)", "", with_mirrored_pictures(file)});
  Suspect order{"the other order of flattening: values by place (NHWC) or by channel (NCHW)",
                "--arch with flattenhwc or flatten", file};
  if (swap_flatten_order(order.file)) suspects.push_back(std::move(order));
  Suspect colours{"colours in the order blue, green, red", "", file};
  if (reverse_colours(colours.file)) suspects.push_back(std::move(colours));
  return suspects;
}

}  // namespace

std::optional<Explanation> explain_difference(Machine& machine, const ModelFile& file, const Dataset& data,
                                              const Outputs& wanted, double limit) {
  Dataset images = data;
  keep_first(images, std::min(kTried, wanted.images()));
  const Outputs targets = first_outputs(wanted, images.size());
  for (Suspect& suspect : all_suspects(file)) {
    const Comparison comparison = compare(run_all(machine, suspect.file, images), targets);
    if (comparison.pass(limit))
      return Explanation{std::move(suspect.what), std::move(suspect.flag), comparison};
  }
  return std::nullopt;
}

}  // namespace lentil::tools
