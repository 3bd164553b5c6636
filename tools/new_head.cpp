#include "tools/new_head.h"

#include <algorithm>
#include <fmt/format.h>

#include "formats/initial_weights.h"
#include "tools/network.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

using namespace formats;

constexpr std::uint32_t kMostClasses = 256;  // labels are bytes

struct Classes {
  std::uint32_t count;
  std::vector<std::string> names;  // empty: only their number is known
};

Classes read_classes(const std::string& text) {
  const auto number = number_in<std::uint32_t>(text);
  Classes classes{number.value_or(0), {}};
  if (!number) {
    classes.names = split(text, ',');
    classes.count = static_cast<std::uint32_t>(classes.names.size());
  }
  if (classes.count >= 2 && classes.count <= kMostClasses) return classes;
  reject(fmt::format("--new-head takes 2 to {} classes, as a number or as names such as cat,dog, not '{}'",
                     kMostClasses, text));
}

}  // namespace

void replace_head(ModelFile& file, const std::string& text, std::uint64_t seed) {
  const Classes classes = read_classes(text);
  const auto learns = [](const LayerData& layer) { return parameter_count(layer.view()) > 0; };
  const auto head = std::find_if(file.layers.rbegin(), file.layers.rend(), learns);
  if (head == file.layers.rend() || head->settings.type != LayerType::linear)
    fail("--new-head: the last layer with weights of this network is no linear layer");
  head->settings.out_features = classes.count;
  head->tensor(Slot::weight).resize(std::size_t{classes.count} * head->settings.in_features);
  if (!head->tensor(Slot::bias).empty()) head->tensor(Slot::bias).resize(classes.count);
  ModelFile drawn = file;
  initialize(drawn, seed);
  *head = drawn.layers[static_cast<std::size_t>(file.layers.rend() - head) - 1];
  file.labels = classes.names;
  file.golden.clear();
  file.replay.clear();
}

}  // namespace lentil::tools
