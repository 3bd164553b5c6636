#include "tools/feature_maps.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <optional>

#include "formats/export/layer_text.h"
#include "formats/host/picture_input.h"
#include "formats/host/samples.h"
#include "formats/host/synth.h"
#include "runtime/prepare.h"
#include "tools/layer_outputs.h"
#include "tools/outputs.h"
#include "tools/stop.h"
#include "tools/text.h"
#include "tools/train_job.h"

namespace lentil::tools {
namespace {

using namespace formats;

constexpr std::string_view kSynth = "synth";
constexpr std::uint32_t kMostColumns = 128,
                        kFewColumns = 16;  // of flat outputs, where their number allows it

Dataset drawn_image(std::uint32_t sample, const ModelFile& file) {
  if (!takes_drawn_digits(file))
    fail("'" + file.name + "' takes other pictures than the drawn digits of synth");
  Dataset image{.height = kSynthSide, .width = kSynthSide, .classes = kDigitClasses, .name = "synth"};
  image.pixels.resize(kSynthPixels);
  image.labels = {static_cast<std::uint8_t>(sample % kDigitClasses)};
  draw_digit(kSynthSeed, SynthPart::test, sample, std::span(image.pixels).first<kSynthPixels>());
  return need(need(PictureInput::of(file)).fit(std::move(image)));
}

Dataset stored_image(std::uint32_t index, const std::string& root, const ModelFile& file) {
  if (root.empty()) {
    reject(fmt::format("--activations {}: say with --data in which data set image {} lies, or name a picture",
                       index, index));
  }
  Dataset set = load_data(root, file).test;
  if (index >= set.size()) {
    fail(fmt::format("--activations {}: the test half of {} has {} images, the first is 0", index, set.name,
                     set.size()));
  }
  const auto pixels = set.image(index);
  set.pixels = {pixels.begin(), pixels.end()};
  set.labels = {set.labels[index]};
  return set;
}

Dataset file_image(const std::string& path, const ModelFile& file) {
  const Image picture = need(read_image(path));
  const PictureInput input = need(PictureInput::of(file));
  const Shape& shape = input.shape();
  Dataset image{.channels = shape.channels, .height = shape.height, .width = shape.width, .name = path};
  image.pixels.resize(shape.count());
  image.labels = {0};
  const auto prepared = input(picture, image.pixels);
  if (!prepared) fail(path + ": " + prepared.error().message);
  return image;
}

bool passes_values(LayerType type) { return is_dropout(type) || type == LayerType::flatten; }

// [channels][height][width]
std::vector<plot::Picture> planes(std::span<const float> values, const Shape& shape) {
  std::vector<plot::Picture> pictures;
  for (std::uint32_t channel = 0; channel < shape.channels; ++channel) {
    const auto plane = values.subspan(channel * shape.plane(), shape.plane());
    pictures.push_back({shape.width, shape.height, {plane.begin(), plane.end()}, ""});
  }
  return pictures;
}

// Rows of equal length, if the number allows rows that are neither long nor short.
plot::Picture flat_picture(std::span<const float> values) {
  const auto count = static_cast<std::uint32_t>(values.size());
  std::uint32_t columns = count;
  for (std::uint32_t c = kFewColumns; c <= kMostColumns && count > kMostColumns; ++c) {
    if (count % c == 0) columns = c;
  }
  return {columns, count / columns, {values.begin(), values.end()}, ""};
}

plot::PictureGroup input_group(const Dataset& image) {
  const std::vector<float> values(image.pixels.begin(), image.pixels.end());
  const Shape shape{image.channels, image.height, image.width};
  return {.title = fmt::format("input: {}x{}x{}", shape.channels, shape.height, shape.width),
          .pictures = planes(values, shape)};
}

}  // namespace

Dataset one_image(const std::string& image, const std::string& data, const ModelFile& file) {
  std::error_code ignored;
  if (image == kSynth) return drawn_image(0, file);
  if (image.starts_with("synth:")) {
    if (const auto sample = number_in<std::uint32_t>(std::string_view(image).substr(kSynth.size() + 1)))
      return drawn_image(*sample, file);
    reject(fmt::format("--activations {}: after synth: stands the number of a digit, as in synth:7", image));
  }
  const auto index = number_in<std::uint32_t>(image);
  if (index && !std::filesystem::exists(image, ignored)) return stored_image(*index, data, file);
  return file_image(image, file);
}

std::vector<plot::PictureGroup> feature_maps(Machine& machine, const ModelFile& file, const Dataset& image) {
  const Model model = file.model();
  const std::vector<LayerOutput> outputs = layer_outputs(model);
  std::vector<plot::PictureGroup> groups{input_group(image)};
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    if (passes_values(layer.type)) continue;
    const std::vector<float> values = run_layers(machine, file, i + 1, image);
    const LayerOutput& output = outputs[i + 1];
    plot::PictureGroup group{.title = fmt::format("{} ({}): {}", layer_name(layer, i), type_name(layer),
                                                  dimensions_text(output.dimensions())),
                             .pictures = {}};
    if (output.flat || output.shape.plane() == 1) {
      group.pictures.push_back(flat_picture(values));
    } else {
      group.pictures = planes(values, output.shape);
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace lentil::tools
