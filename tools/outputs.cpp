#include "tools/outputs.h"

#include <algorithm>

#include "runtime/answer.h"
#include "tools/magnitude.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

using namespace formats;

constexpr std::size_t kBatch = 256;

std::vector<float> run_images(Machine& machine, const ModelFile& file, const Dataset& data) {
  const Model model = file.model();
  if (data.image_size() != file.input.count()) {
    fail("'" + file.name + "' takes images of " + std::to_string(file.input.count()) +
         " values, and those of " + data.name + " have " + std::to_string(data.image_size()));
  }
  const std::size_t batch = std::clamp<std::size_t>(data.size(), 1, kBatch);
  OwnedSession session(machine, model,
                       {.input = InputType::uint8, .batch = static_cast<std::uint32_t>(batch)});
  const std::size_t width = session->output_size();
  std::vector<float> outputs(data.size() * width);
  for (std::size_t first = 0; first < data.size(); first += batch) {
    const std::size_t count = std::min(batch, data.size() - first);
    const auto pixels = std::span(data.pixels).subspan(first * data.image_size(), count * data.image_size());
    const Status status = session->run(pixels, std::span(outputs).subspan(first * width, count * width));
    if (status != Status::ok) fail(std::string("the network cannot be run: ") + status_name(status));
  }
  return outputs;
}

}  // namespace

Outputs run_all(Machine& machine, const ModelFile& file, const Dataset& data) {
  Outputs outputs{output_count(file.model()), run_images(machine, file, data)};
  const LayerType meaning = output_meaning(file.model());
  for (std::size_t i = 0; i < outputs.images(); ++i)
    to_probabilities(std::span(outputs.probabilities).subspan(i * outputs.classes, outputs.classes), meaning);
  return outputs;
}

std::vector<float> run_layers(Machine& machine, const ModelFile& file, std::size_t layers,
                              const Dataset& data) {
  ModelFile part = file;
  part.layers.resize(layers);
  return run_images(machine, part, data);
}

void keep_first(Dataset& data, std::size_t images) {
  if (images >= data.size()) return;
  data.labels.resize(images);
  data.pixels.resize(images * data.image_size());
}

TestResult score(const Outputs& outputs, const Dataset& data) {
  TestResult result{.total = outputs.images(), .outputs = static_cast<std::uint32_t>(outputs.classes)};
  double sum = 0;
  for (std::size_t i = 0; i < outputs.images(); ++i) {
    const auto probabilities = outputs.of(i);
    result.correct += answer(probabilities) == data.labels[i];
    sum += double{minus_log_probability(probabilities, data.labels[i], LayerType::softmax)};
  }
  result.loss = result.total == 0 ? 0 : sum / static_cast<double>(result.total);
  return result;
}

Comparison compare(const Outputs& a, const Outputs& b) {
  Comparison comparison{.images = a.images()};
  double sum = 0;
  for (std::size_t i = 0; i < a.images(); ++i) {
    comparison.equal_answers += answer(a.of(i)) == answer(b.of(i));
    for (std::size_t c = 0; c < a.classes; ++c) {
      const double d = magnitude(double{a.of(i)[c]} - double{b.of(i)[c]});
      comparison.largest = std::max(comparison.largest, d);
      sum += d;
    }
  }
  if (!a.probabilities.empty()) comparison.mean = sum / static_cast<double>(a.probabilities.size());
  return comparison;
}

}  // namespace lentil::tools
