// lentil show: a layer's filters, or what all layers make of a picture.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/feature_maps.h"
#include "tools/filters.h"
#include "tools/model_input.h"
#include "tools/network.h"
#include "tools/output.h"
#include "tools/picture_output.h"
#include "tools/stop.h"
#include "tools/terminal.h"
#include "tools/terminal_picture.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

using namespace formats;
namespace fs = std::filesystem;

constexpr std::uint32_t kMostShown = 10'000;

struct ShowOptions {
  std::string file, layer, scale = "each", activations, data, output;
  std::uint32_t count = 256;
};

void declare(Arguments& a, ShowOptions& o) {
  a.operand("FILE", o.file, "the model; - is standard input");
  a.optional_operand("LAYER", o.layer,
                     "a convolution or a linear layer; without it the first one, such as conv1");
  a.choice("--scale", o.scale, {"each", "global", "symmetric"},
           "black and white are the least and the largest value: of each picture; of all pictures of the "
           "layer; or minus and plus the largest magnitude, in blue and red with zero in white");
  a.text("--activations", "IMAGE", o.activations,
         "show what the layers make of a picture: a file, synth or synth:N for drawn digit N, or the number "
         "of an image in the test half of --data");
  a.text("--data,--data-dir", "ROOT", o.data, "the data set of that number, as lentil train takes it");
  a.number("--count", o.count, {1, kMostShown}, "pictures of a layer, at most");
  a.text("-o,--output", "FILE", o.output, "write a PNG or SVG file, by its ending, instead of drawing here");
}

plot::Scale scale_of(const std::string& word) {
  return word == "global"      ? plot::Scale::global
         : word == "symmetric" ? plot::Scale::symmetric
                               : plot::Scale::each;
}

std::string range_text(std::span<const float> values) {
  const plot::Range range = plot::range_of(values);
  return fmt::format("minimum {:.4f}, maximum {:.4f}, absolute maximum {:.4f}", range.least, range.most,
                     plot::symmetric_range(range).most);
}

void keep_first(plot::PictureGroup& group, std::size_t count, const std::string& name) {
  if (group.pictures.size() <= count) return;
  print_note(fmt::format("{}: the first {} of {}; --count shows more", name, counted(count, "picture"),
                         grouped(group.pictures.size())));
  group.pictures.resize(count);
}

CaptionedPicture in_terminal(const plot::PictureGroup& group, const plot::Picture& picture, plot::Scale scale,
                             std::uint32_t& columns) {
  const plot::Range range = plot::range_of(group, picture, scale);
  std::vector<plot::Rgb> colors;
  std::vector<double> light;
  for (const float value : picture.values) {
    light.push_back(plot::share_of(value, range));
    colors.push_back(plot::shade(light.back(), scale));
  }
  ShadedPicture shaded = shaded_picture(colors, light, picture.height, picture.width, terminal_shading());
  columns = shaded.columns;
  return {std::move(shaded.lines), printable(picture.caption)};
}

std::string terminal_text(const plot::PictureGroup& group, plot::Scale scale) {
  const std::size_t room = columns(STDOUT_FILENO);
  std::vector<CaptionedPicture> pictures;
  std::uint32_t width = 0;
  for (const plot::Picture& picture : group.pictures)
    pictures.push_back(in_terminal(group, picture, scale, width));
  if (width > room)
    return fmt::format("({} columns are wider than this terminal: -o FILE.png writes a picture)", width);
  std::string text = side_by_side(pictures, width, static_cast<std::uint32_t>(room));
  text.pop_back();
  return text;
}

void show_filters(const ShowOptions& options, const ModelFile& file) {
  Filters filters = filters_of(file, options.layer);
  const std::string title = filters.tensor + ": " + filters.what;
  print_result(title + "\n" + range_text(filters.weights));
  keep_first(filters.group, options.count, filters.tensor);
  const plot::Scale scale = scale_of(options.scale);
  if (options.output.empty()) {
    print_colored("\n" + terminal_text(filters.group, scale));
    return;
  }
  save_picture(plot::draw(plot::ImageGrid{.title = title,
                                          .groups = {std::move(filters.group)},
                                          .scale = scale,
                                          .columns = filters.columns,
                                          .shows_range = true}),
               options.output);
}

std::vector<float> values_of(const plot::PictureGroup& group) {
  std::vector<float> values;
  for (const plot::Picture& picture : group.pictures)
    values.insert(values.end(), picture.values.begin(), picture.values.end());
  return values;
}

void show_activations(const ShowOptions& options, const ModelFile& file) {
  Machine machine(1);
  const Dataset image = one_image(options.activations, options.data, file);
  const plot::Scale scale = scale_of(options.scale);
  plot::ImageGrid grid{.title = fmt::format("{}: what its layers make of {}", network_name(file),
                                            fs::path(options.activations).filename().string()),
                       .groups = feature_maps(machine, file, image),
                       .scale = scale,
                       .shows_range = true};
  for (plot::PictureGroup& group : grid.groups) {
    print_result(fmt::format("{}, {}", group.title, range_text(values_of(group))));
    keep_first(group, options.count, group.title);
    if (options.output.empty()) print_colored(terminal_text(group, scale));
  }
  if (!options.output.empty()) save_picture(plot::draw(grid), options.output);
}

int run(const Command& command, std::span<const std::string> words) {
  ShowOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  if (!options.layer.empty() && !options.activations.empty())
    reject("--activations shows all layers: leave out " + options.layer);
  if (options.activations.empty() && arguments.given("--data"))
    reject("--data belongs to --activations N: the weights are shown without data");
  if (!options.output.empty()) check_picture_output(options.output, "-o");
  const ModelInput input = load_model(options.file);
  if (options.activations.empty()) {
    show_filters(options, input.file);
  } else {
    show_activations(options, input.file);
  }
  return 0;
}

}  // namespace

const Command kShowCommand{"show", "draws a layer's filters, or what all layers make of a picture",
                           "  lentil show lenet.lentil                                the filters of conv1\n"
                           "  lentil show lenet.lentil conv2 --scale symmetric -o conv2.svg\n"
                           "  lentil show lenet.lentil --activations photo.jpg -o maps.png\n"
                           "  lentil show lenet.lentil --activations 17 --data ./data\n",
                           run, describe<ShowOptions, declare>};

}  // namespace lentil::tools
