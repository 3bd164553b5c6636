#include "tools/inspect_tensor.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <vector>

#include "formats/export/layer_text.h"
#include "formats/host/npy.h"
#include "formats/host/tensor.h"
#include "formats/host/tensor_text.h"
#include "formats/layer_rules.h"
#include "tools/output.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

using View = TensorView<const float>;

View view_of(const Layer& layer, Slot slot) {
  const auto shape = formats::tensor_shape(layer, slot);
  const auto extents = shape.dimensions();
  const std::vector<std::int64_t> sizes(extents.begin(), extents.end());
  return need(View::over(layer.tensor(slot), sizes), "the shape of a tensor");
}

View find_tensor(const Model& model, const std::string& wanted) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto slot = static_cast<Slot>(s);
      if (layer.tensor(slot).empty()) continue;
      names.push_back(formats::layer_name(layer, i) + "." + std::string(slot_name(slot)));
      if (names.back() == wanted) return view_of(layer, slot);
    }
  }
  fail(fmt::format("the model has no tensor '{}'{}\nTensors: {}", printable(wanted),
                   did_you_mean(wanted, names), join(names, ", ")));
}

struct Range {
  float least = 0, most = 0;
  double mean = 0;
};

// Of a tensor that is not empty.
Range range_of(const View& t) {
  Range range{t.data()[0], t.data()[0], 0};
  for_each(t, [&](float value) {
    range.least = std::min(range.least, value);
    range.most = std::max(range.most, value);
    range.mean += value;
  });
  range.mean /= static_cast<double>(t.count());
  return range;
}

void print_text(const std::string& title, const View& t) {
  std::string text = fmt::format("{}: shape [{}]", title, fmt::join(t.sizes(), ", "));
  if (t.count() > 0) {
    const Range range = range_of(t);
    text += fmt::format(", min {:.4f}, max {:.4f}, mean {:.4f}", range.least, range.most, range.mean);
  }
  print_result(text + "\n" + formats::tensor_text(t));
}

void print_values(const TensorQuery& query, const View& t) {
  nlohmann::ordered_json json{{"name", query.name}, {"shape", t.sizes()}};
  if (!query.slice.empty()) json["slice"] = query.slice;
  if (t.count() > 0) {
    const Range range = range_of(t);
    json["min"] = range.least;
    json["max"] = range.most;
    json["mean"] = range.mean;
  }
  auto values = nlohmann::ordered_json::array();
  for_each(t, [&](float value) { values.push_back(value); });
  json["values"] = std::move(values);
  print_json(json);
}

}  // namespace

void show_tensor(const Model& model, const TensorQuery& query, bool json) {
  View tensor = find_tensor(model, query.name);
  std::string title = query.name;
  if (!query.slice.empty()) {
    title += "[" + query.slice + "]";
    const auto part = slice(tensor, query.slice);
    if (!part) reject("--slice: " + title + ": " + formats::explain(part.error()));
    tensor = *part;
  }
  if (!query.npy_file.empty()) {
    need(formats::save_npy(query.npy_file, tensor));
    print_note("saved " + title + " in " + query.npy_file);
    return;
  }
  if (json) {
    print_values(query, tensor);
  } else {
    print_text(title, tensor);
  }
}

}  // namespace lentil::tools
