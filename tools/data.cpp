// lentil data: what a data set holds, how it looks, and one that needs no download.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <system_error>

#include "formats/host/idx.h"
#include "formats/host/image.h"
#include "formats/host/synth.h"
#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/data_check.h"
#include "tools/new_folder.h"
#include "tools/output.h"
#include "tools/parts.h"
#include "tools/picture_output.h"
#include "tools/plot/image_grid.h"
#include "tools/stop.h"
#include "tools/terminal.h"
#include "tools/terminal_picture.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

namespace fs = std::filesystem;
using formats::Dataset, formats::DataSplit, formats::Image;

constexpr std::uint32_t kMostClasses = 256;  // whatever labels there are: no network limits them here
constexpr std::uint32_t kTerminalColumns = 80;
constexpr std::uint32_t kSheetColumns = 10, kSheetGap = 2;  // pictures, pixels
constexpr std::uint8_t kSheetShade = 96;
constexpr std::uint32_t kMostShown = 10'000;
constexpr std::uint32_t kTestShare = 6;  // synth: one test image for so many training images

DataSplit load(const std::string& root) { return need(formats::load_dataset(root, kMostClasses)); }

struct CheckOptions {
  std::string root;
  bool json = false;
};

void declare_root(Arguments& a, std::string& root) {
  a.operand("ROOT", root, "a folder or file as --data of lentil train takes it");
}

void declare_check(Arguments& a, CheckOptions& o) {
  declare_root(a, o.root);
  a.flag("--json", o.json, "print everything as one line of JSON");
}

int run_check(const Command& command, std::span<const std::string> words) {
  CheckOptions options;
  Arguments arguments(command);
  declare_check(arguments, options);
  if (!arguments.parse(words)) return 0;
  const DataSplit data = load(options.root);
  const DataCheck check = check_data(data);
  if (options.json) {
    print_json(check_json(check, data));
  } else {
    print_result(check_text(check, data));
  }
  return 0;
}

Image picture_of(const Dataset& set, std::size_t index) {
  const std::span<const std::uint8_t> planes = set.image(index);
  Image image{.width = set.width, .height = set.height, .channels = set.channels};
  const std::size_t area = std::size_t{set.width} * set.height;
  for (std::size_t i = 0; i < planes.size(); ++i) {
    image.pixels.push_back(planes[i % set.channels * area + i / set.channels]);
  }
  return image;
}

std::string class_name(const Dataset& set, std::uint8_t label) {
  return set.class_names.empty() ? std::to_string(label) : set.class_names[label];
}

std::vector<std::size_t> choose(const Dataset& set, const std::string& wanted, std::uint32_t count) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < set.size() && chosen.size() < count; ++i) {
    if (wanted.empty() || class_name(set, set.labels[i]) == wanted) chosen.push_back(i);
  }
  if (chosen.empty()) fail(fmt::format("{} has no images of class '{}'", set.name, wanted));
  return chosen;
}

std::string drawn(const Dataset& set, std::span<const std::size_t> chosen) {
  std::vector<CaptionedPicture> pictures;
  for (const std::size_t i : chosen) {
    pictures.push_back({picture_text(grey_pixels(picture_of(set, i)), set.height, set.width, use_utf8()),
                        fmt::format("#{}: {}", i, class_name(set, set.labels[i]))});
  }
  std::string text = side_by_side(pictures, set.width, kTerminalColumns);
  text.pop_back();
  return text;
}

Image contact_sheet(const Dataset& set, std::span<const std::size_t> chosen) {
  const std::size_t columns = std::min<std::size_t>(kSheetColumns, chosen.size());
  const std::size_t rows = (chosen.size() + columns - 1) / columns;
  const std::size_t width = columns * (set.width + kSheetGap) + kSheetGap;
  const std::size_t height = rows * (set.height + kSheetGap) + kSheetGap;
  if (width * height > formats::kMaxImageBytes || std::max(width, height) > formats::kMaxImageSide) {
    fail("the sheet would be too large; a smaller --count makes a smaller one");
  }
  Image sheet{.width = static_cast<std::uint32_t>(width), .height = static_cast<std::uint32_t>(height)};
  sheet.pixels.assign(width * height, kSheetShade);
  for (std::size_t n = 0; n < chosen.size(); ++n) {
    const std::vector<std::uint8_t> grey = grey_pixels(picture_of(set, chosen[n]));
    const std::size_t left = n % columns * (set.width + kSheetGap) + kSheetGap;
    const std::size_t top = n / columns * (set.height + kSheetGap) + kSheetGap;
    for (std::size_t y = 0; y < set.height; ++y) {
      std::copy_n(&grey[y * set.width], set.width, &sheet.pixels[(top + y) * width + left]);
    }
  }
  return sheet;
}

plot::Drawing labelled(const Dataset& set, std::span<const std::size_t> chosen) {
  plot::PictureGroup group;
  for (const std::size_t i : chosen) {
    const std::vector<std::uint8_t> grey = grey_pixels(picture_of(set, i));
    group.pictures.push_back(
        {set.width, set.height, {grey.begin(), grey.end()}, class_name(set, set.labels[i])});
  }
  return plot::draw(plot::ImageGrid{.title = fmt::format("{}: {}", set.name, counted(chosen.size(), "image")),
                                    .groups = {std::move(group)}});
}

struct ShowOptions {
  std::string root, part = "train", wanted, png, plot;
  std::uint32_t count = 10;
};

void declare_show(Arguments& a, ShowOptions& o) {
  declare_root(a, o.root);
  a.number("--count", o.count, {1, kMostShown}, "how many images");
  a.text("--class", "NAME", o.wanted, "only images of this class");
  a.choice("--set", o.part, {"train", "test"}, "which half of the data");
  a.text("--png", "FILE", o.png, "write one picture with all of them instead, each pixel as it is");
  a.text("--plot", "FILE", o.plot,
         "write them larger and with their classes instead, PNG or SVG by the ending of the name");
}

int run_show(const Command& command, std::span<const std::string> words) {
  ShowOptions options;
  Arguments arguments(command);
  declare_show(arguments, options);
  if (!arguments.parse(words)) return 0;
  if (!options.png.empty() && !options.plot.empty())
    reject("--png and --plot are two pictures: give one of them");
  if (!options.plot.empty()) check_picture_output(options.plot, "--plot");
  const DataSplit data = load(options.root);
  const Dataset& set = options.part == "train" ? data.train : data.test;
  const std::vector<std::size_t> chosen = choose(set, options.wanted, options.count);
  if (!options.plot.empty()) {
    save_picture(labelled(set, chosen), options.plot);
    return 0;
  }
  if (options.png.empty()) {
    print_result(drawn(set, chosen));
    return 0;
  }
  need(formats::write_png(options.png, contact_sheet(set, chosen)));
  print_result(fmt::format("{}: {}", options.png, counted(chosen.size(), "image")));
  return 0;
}

// Only into new or empty folders: nothing is overwritten.
void write_idx_pair(const Dataset& set, const fs::path& folder, const std::string& stem) {
  need(formats::write_idx_images(
      (folder / (stem + "-images-idx3-ubyte")).string(),
      {static_cast<std::uint32_t>(set.size()), set.height, set.width, set.pixels, ""}));
  need(formats::write_idx_labels((folder / (stem + "-labels-idx1-ubyte")).string(), {set.labels, ""}));
}

void write_pictures(const Dataset& set, const fs::path& folder) {
  for (std::size_t i = 0; i < set.size(); ++i) {
    const fs::path of_class = folder / class_name(set, set.labels[i]);
    std::error_code error;
    fs::create_directories(of_class, error);
    if (error) fail(fmt::format("{}: cannot be made: {}", of_class.string(), error.message()));
    need(formats::write_png((of_class / fmt::format("{:06}.png", i)).string(), picture_of(set, i)));
  }
}

struct SynthOptions {
  std::string folder;
  std::uint32_t count = formats::kSynthTrainImages;
  std::uint64_t seed = formats::kSynthSeed;
  bool pictures = false;
};

void declare_synth(Arguments& a, SynthOptions& o) {
  a.text("-o,--output", "FOLDER", o.folder, "where to write; a new or empty folder");
  a.number("--count", o.count, {1, formats::kMaxSynthImages},
           "training images; one sixth as many test images come with them");
  a.number("--seed", o.seed, {0, ~std::uint64_t{0}}, "of the drawing");
  a.flag("--folders", o.pictures, "PNG files in a folder per class instead of IDX files");
}

int run_synth(const Command& command, std::span<const std::string> words) {
  SynthOptions options;
  Arguments arguments(command);
  declare_synth(arguments, options);
  if (!arguments.parse(words)) return 0;
  const std::string& folder = options.folder;
  if (folder.empty())
    reject("--output is missing: name the folder to write into\nSee: lentil data synth --help");
  make_new_folder(folder);
  const DataSplit data =
      formats::synth_split(options.count, std::max(1u, options.count / kTestShare), options.seed);
  const fs::path root = folder;
  if (options.pictures) {
    write_pictures(data.train, root / "train");
    write_pictures(data.test, root / "test");
  } else {
    write_idx_pair(data.train, root, "train");
    write_idx_pair(data.test, root, "t10k");
  }
  print_result(fmt::format("{}: {} to train, {} to test, {}", folder, counted(data.train.size(), "image"),
                           counted(data.test.size(), "image"), data.train.name));
  return 0;
}

const Command kCheck{"data check", "tells what a data set holds and what looks wrong",
                     "  lentil data check mnist\n"
                     "  lentil data check photos/          a folder of pictures for each class\n"
                     "  lentil data check digits.csv --json\n",
                     run_check, describe<CheckOptions, declare_check>};
const Command kShow{"data show", "draws images of a data set",
                    "  lentil data show synth\n"
                    "  lentil data show mnist --class 3\n"
                    "  lentil data show mnist --count 100 --png sheet.png\n"
                    "  lentil data show synth --plot digits.svg\n",
                    run_show, describe<ShowOptions, declare_show>};
const Command kSynth{"data synth", "writes drawn digits: a data set that needs no download",
                     "  lentil data synth -o digits\n"
                     "  lentil data synth -o digits --seed 2            other digits\n"
                     "  lentil data synth -o digits --count 600 --folders\n",
                     run_synth, describe<SynthOptions, declare_synth>};
const std::array kParts{&kCheck, &kShow, &kSynth};

}  // namespace

const Command kDataCommand{"data",
                           "checks, shows and makes data sets",
                           "  lentil data check mnist\n"
                           "  lentil data show mnist --class 3\n"
                           "  lentil data synth -o digits\n",
                           run_part,
                           [](Arguments&) {},
                           kParts};

}  // namespace lentil::tools
