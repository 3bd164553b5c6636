#include "tools/data_check.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_set>

#include "tools/text.h"

namespace lentil::tools {
namespace {

using formats::Dataset, formats::DataSplit;

constexpr double kBrightBorder = 127;     // MNIST's is 0
constexpr std::uint64_t kUnbalanced = 3;  // MNIST's largest class is 1.24 times the smallest

std::string_view bytes_of(const Dataset& set, std::size_t image) {
  const std::span<const std::uint8_t> pixels = set.image(image);
  return {reinterpret_cast<const char*>(pixels.data()), pixels.size()};
}

bool on_border(const Dataset& set, std::size_t pixel) {
  const std::size_t x = pixel % set.width, y = pixel / set.width % set.height;
  return x == 0 || y == 0 || x + 1 == set.width || y + 1 == set.height;
}

HalfCheck check_half(const Dataset& set, std::size_t classes) {
  HalfCheck half{.per_class = std::vector<std::uint64_t>(classes), .images = set.size()};
  std::vector<std::uint64_t> sums(set.image_size());
  for (std::size_t i = 0; i < set.size(); ++i) {
    ++half.per_class[set.labels[i]];
    const std::span<const std::uint8_t> image = set.image(i);
    const auto alike = [&](std::uint8_t pixel) { return pixel == image[0]; };
    if (std::ranges::all_of(image, alike)) ++half.empty;
    for (std::size_t p = 0; p < image.size(); ++p) sums[p] += image[p];
  }
  double all = 0, border = 0, border_pixels = 0;
  for (std::size_t p = 0; p < sums.size(); ++p) {
    const auto sum = static_cast<double>(sums[p]);
    all += sum;
    if (!on_border(set, p)) continue;
    border += sum;
    ++border_pixels;
  }
  const auto images = static_cast<double>(std::max<std::size_t>(set.size(), 1));
  half.brightness = all / images / static_cast<double>(sums.size());
  half.border = border / images / border_pixels;
  return half;
}

std::uint64_t count_shared(const DataSplit& data) {
  if (data.train.image_size() != data.test.image_size()) return 0;
  std::unordered_set<std::string_view> seen;
  seen.reserve(data.train.size());
  for (std::size_t i = 0; i < data.train.size(); ++i) seen.insert(bytes_of(data.train, i));
  std::uint64_t shared = 0;
  for (std::size_t i = 0; i < data.test.size(); ++i) shared += seen.count(bytes_of(data.test, i));
  return shared;
}

void warn_of_half(const DataCheck& check, const HalfCheck& half, const std::string& name,
                  std::vector<std::string>& warnings) {
  std::vector<std::string> missing;
  for (std::size_t c = 0; c < half.per_class.size(); ++c) {
    if (half.per_class[c] == 0) missing.push_back(check.class_names[c]);
  }
  if (!missing.empty()) {
    warnings.push_back(fmt::format("{} has no images of {}", name, join(missing, ", ")));
  }
  const auto [least, most] = std::ranges::minmax_element(half.per_class);
  if (*least > 0 && *most > kUnbalanced * *least) {
    const auto class_at = [&](auto place) {
      return check.class_names[std::size_t(place - half.per_class.begin())];
    };
    warnings.push_back(fmt::format("{} is unbalanced: {} images of {}, but {} of {}", name, grouped(*most),
                                   class_at(most), grouped(*least), class_at(least)));
  }
  if (half.empty > 0) {
    warnings.push_back(
        fmt::format("{} has {} without content: all pixels are alike", name, counted(half.empty, "image")));
  }
  if (half.border > kBrightBorder) {
    warnings.push_back(
        fmt::format("{} seems to be dark on light (the mean of the border is {:.0f} of 255); MNIST and "
                    "networks trained with it "
                    "are light on dark",
                    name, half.border));
  }
}

std::vector<std::string> names_of_classes(const DataSplit& data) {
  if (!data.train.class_names.empty()) return data.train.class_names;
  std::size_t classes = 0;
  for (const Dataset* set : {&data.train, &data.test}) {
    for (const std::uint8_t label : set->labels) classes = std::max<std::size_t>(classes, label + 1u);
  }
  std::vector<std::string> names;
  for (std::size_t c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return names;
}

std::vector<formats::FileHash> sources(const DataSplit& data) {
  std::vector<formats::FileHash> all = data.train.sources;
  for (const formats::FileHash& source : data.test.sources) {
    const auto same = [&](const formats::FileHash& other) { return other.md5 == source.md5; };
    if (std::ranges::none_of(all, same)) all.push_back(source);
  }
  return all;
}

bool known(const DataSplit& data) { return data.train.name.starts_with("MNIST"); }

nlohmann::ordered_json half_json(const HalfCheck& half) {
  return {{"images", half.images},
          {"per_class", half.per_class},
          {"empty", half.empty},
          {"mean", half.brightness},
          {"border_mean", half.border}};
}

}  // namespace

DataCheck check_data(const DataSplit& data) {
  DataCheck check{.class_names = names_of_classes(data)};
  check.train = check_half(data.train, check.class_names.size());
  check.test = check_half(data.test, check.class_names.size());
  check.shared = count_shared(data);
  warn_of_half(check, check.train, "the training set", check.warnings);
  warn_of_half(check, check.test, "the test set", check.warnings);
  if (check.shared > 0) {
    check.warnings.push_back(fmt::format("{} of the test set {} in the training set too, pixel for pixel",
                                         counted(check.shared, "image"), check.shared == 1 ? "is" : "are"));
  }
  return check;
}

std::string check_text(const DataCheck& check, const DataSplit& data) {
  const Dataset& train = data.train;
  std::string text = fmt::format("data: {}\nimages: {}x{}, {}\n", train.name, train.width, train.height,
                                 counted(train.channels, "channel"));
  for (const formats::FileHash& source : sources(data)) {
    text += fmt::format("  {}  {}\n", source.md5, source.file);
  }
  if (!train.sources.empty()) {
    text += known(data) ? "files: the original ones of MNIST, by their MD5\n"
                        : "files: none that are known here; their MD5 stand above\n";
  }
  std::size_t widest = 5;
  for (const std::string& name : check.class_names) widest = std::max(widest, name.size());
  text += fmt::format("{:<{}}  {:>9}  {:>9}\n", "class", widest, "train", "test");
  for (std::size_t c = 0; c < check.class_names.size(); ++c) {
    text += fmt::format("{:<{}}  {:>9}  {:>9}\n", check.class_names[c], widest,
                        grouped(check.train.per_class[c]), grouped(check.test.per_class[c]));
  }
  text += fmt::format("{:<{}}  {:>9}  {:>9}\n", "all", widest, grouped(check.train.images),
                      grouped(check.test.images));
  for (const std::string& note : data.notes) text += "note: " + note + "\n";
  for (const std::string& warning : check.warnings) text += "suspicious: " + warning + "\n";
  return text + (check.warnings.empty() ? "nothing suspicious" : counted(check.warnings.size(), "suspicion"));
}

nlohmann::ordered_json check_json(const DataCheck& check, const DataSplit& data) {
  nlohmann::ordered_json json{{"data", data.train.name},
                              {"known", known(data)},
                              {"channels", data.train.channels},
                              {"height", data.train.height},
                              {"width", data.train.width},
                              {"classes", check.class_names},
                              {"train", half_json(check.train)},
                              {"test", half_json(check.test)},
                              {"shared", check.shared},
                              {"files", nlohmann::ordered_json::array()},
                              {"notes", data.notes},
                              {"suspicious", check.warnings}};
  for (const formats::FileHash& source : sources(data)) {
    json["files"].push_back({{"file", source.file}, {"md5", source.md5}});
  }
  return json;
}

}  // namespace lentil::tools
