#include "formats/host/dataset_pictures.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "formats/host/hold_out.h"
#include "formats/host/md5.h"

namespace lentil::formats {
namespace {

// Labels are bytes.
constexpr std::uint32_t kMostClasses = 256;

std::string size_text(std::uint32_t width, std::uint32_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

// "7", but neither "07" nor "+7": the names "1" and "01" would be one class.
std::optional<std::uint32_t> class_number(const std::string& name) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  const bool whole = error == std::errc{} && end == name.data() + name.size();
  if (!whole || (name.size() > 1 && name[0] == '0')) return std::nullopt;
  return value;
}

// One plane after the other, grey thrice if need be.
void write_planes(const Image& image, std::span<std::uint8_t> planes) {
  const std::size_t area = std::size_t{image.width} * image.height;
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const std::size_t channel = image.channels == 1 ? 0 : i / area;
    planes[i] = image.pixels[i % area * image.channels + channel];
  }
}

}  // namespace

PictureCollector::PictureCollector(const DatasetRequest& request, std::string name)
    : request_(request),
      set_{.channels = request.channels,
           .height = request.height,
           .width = request.width,
           .classes = request.classes,
           .name = std::move(name)} {}

Outcome<std::monostate> PictureCollector::add(const Image& image, const std::string& name,
                                              std::uint8_t label) {
  if (set_.height == 0) {
    set_.height = image.height;
    set_.width = image.width;
  }
  const std::size_t at = set_.pixels.size();
  if (at + set_.image_size() > std::numeric_limits<std::uint32_t>::max()) {
    return Failure{name + ": with this picture the data set is larger than 4 GB; use fewer or smaller ones"};
  }
  if (!request_.prepare && (image.width != set_.width || image.height != set_.height)) {
    return Failure{name + ": the picture is " + size_text(image.width, image.height) + ", but " +
                   size_text(set_.width, set_.height) + " is expected; make all pictures this size"};
  }
  if (!request_.prepare && set_.channels != 1 && set_.channels != 3) {
    return Failure{name + ": a picture does not suit " + std::to_string(set_.channels) +
                   " channels; it has 1 or 3"};
  }
  set_.pixels.resize(at + set_.image_size());
  const std::span<std::uint8_t> pixels = std::span(set_.pixels).subspan(at);
  if (request_.prepare) {
    const auto done = request_.prepare(image, pixels);
    if (!done) return Failure{name + ": " + done.error().message};
  } else if (set_.channels == 1) {
    std::ranges::copy(grey_pixels(image), pixels.begin());
  } else {
    write_planes(on_white(image), pixels);
  }
  set_.labels.push_back(label);
  return std::monostate{};
}

Outcome<std::monostate> PictureCollector::add_file(const std::string& path, std::uint8_t label) {
  const auto image = read_image(path);
  if (!image) return image.error();
  auto added = add(*image, path, label);
  if (added) set_.pictures.push_back(path);
  return added;
}

Dataset PictureCollector::finish() {
  if (!set_.pictures.empty()) set_.sources = {{"pictures", md5_hex({set_.pixels, set_.labels})}};
  return std::move(set_);
}

std::uint8_t ClassLabels::label_of(const std::string& name) const {
  if (numbers) return static_cast<std::uint8_t>(*class_number(name));
  return static_cast<std::uint8_t>(std::ranges::lower_bound(names, name) - names.begin());
}

Outcome<ClassLabels> label_classes(std::vector<std::string> names, std::uint32_t classes,
                                   const std::string& where) {
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const bool numbers =
      std::ranges::all_of(names, [](const std::string& name) { return class_number(name).has_value(); });
  const std::uint32_t most = std::min(classes, kMostClasses);
  const auto too_large = [&](const std::string& name) { return numbers && *class_number(name) >= most; };
  if (const auto wrong = std::ranges::find_if(names, too_large); wrong != names.end()) {
    return Failure{where + ": class " + *wrong + " found, classes from 0 to " + std::to_string(most - 1) +
                   " expected"};
  }
  if (!numbers && names.size() > most) {
    return Failure{where + ": " + std::to_string(names.size()) + " classes found (" + names.front() + " to " +
                   names.back() + "), at most " + std::to_string(most) + " expected"};
  }
  return ClassLabels{std::move(names), numbers};
}

Outcome<DataSplit> hold_out_test(Dataset&& all) {
  if (all.size() < 2) return Failure{all.name + ": one image is too few for training and test"};
  all.name += ", 1 in " + std::to_string(kHeldOutOneIn) + " held out to test";
  const auto count = static_cast<std::uint32_t>(std::max<std::size_t>(1, all.size() / kHeldOutOneIn));
  return hold_out(std::move(all), count, kHeldOutSeed);
}

}  // namespace lentil::formats
