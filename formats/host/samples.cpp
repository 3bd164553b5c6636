#include "formats/host/samples.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "formats/host/aligned_bytes.h"
#include "formats/host/batches.h"
#include "formats/host/picture_input.h"
#include "formats/host/synth.h"
#include "runtime/plan_data.h"
#include "runtime/session.h"

namespace lentil::formats {
namespace {

constexpr const char* kCannotRun = "the network cannot be run: ";

Sample to_sample(const Dataset& data, std::size_t index) {
  const auto pixels = data.image(index);
  return {.pixels = {pixels.begin(), pixels.end()},
          .values = {},
          .outputs = {},
          .label = static_cast<std::int16_t>(data.labels[index])};
}

std::uint32_t output_count(const ModelFile& file) {
  const Model model = file.model();
  AlignedBytes memory(plan_memory_bytes(model));
  const auto made = plan(model, {.goal = Goal::small}, memory);
  return made ? static_cast<std::uint32_t>((*made)->tensors()[(*made)->output].shape.count()) : 0;
}

}  // namespace

bool takes_drawn_digits(const ModelFile& file) {
  const auto recipe = recipe_of(file);
  if (!recipe) return false;
  const Shape input = picture_shape(file.input), prepared = prepared_shape(*recipe, input);
  return (input.channels == 1 || input.channels == 3) && prepared.height == kSynthSide &&
         prepared.width == kSynthSide;
}

std::vector<Sample> drawn_samples(const ModelFile& file, std::uint32_t count) {
  std::vector<Sample> samples;
  if (count == 0 || !takes_drawn_digits(file)) return samples;
  const auto input = PictureInput::of(file);
  if (!input) return samples;
  const auto digits = input->fit(synth_dataset(count, kSynthSeed, SynthPart::extra));
  if (!digits) return samples;
  const bool tells_digits = output_count(file) == kDigitClasses;
  for (std::size_t i = 0; i < digits->size(); ++i) {
    samples.push_back(to_sample(*digits, i));
    if (!tells_digits) samples.back().label = -1;
  }
  return samples;
}

std::vector<Sample> chosen_samples(const Dataset& data, std::uint32_t count, std::uint64_t seed) {
  std::vector<std::uint32_t> order(data.size());
  std::iota(order.begin(), order.end(), 0u);
  shuffle_order(order, {.seed = seed, .use = kernels::RandomUse::hold_out});
  order.resize(std::min<std::size_t>(order.size(), count));
  std::vector<Sample> samples;
  for (const std::uint32_t index : order) samples.push_back(to_sample(data, index));
  return samples;
}

std::vector<Sample> known_samples(const ModelFile& file, std::uint32_t count) {
  std::vector<Sample> known;
  for (const Sample& sample : file.replay) {
    if (known.size() < count && !sample.pixels.empty()) known.push_back(sample);
  }
  return known.empty() ? drawn_samples(file, count) : known;
}

Outcome<std::vector<float>> run_sample(const kernels::KernelTable& kernels, const ModelFile& file,
                                       const Sample& sample) {
  const Model model = file.model();
  const bool floats = sample.pixels.empty();
  AlignedBytes memory(plan_memory_bytes(model));
  const auto made =
      plan(model, {.goal = Goal::small, .input = floats ? InputType::float32 : InputType::uint8}, memory);
  if (!made) return Failure{kCannotRun + explain(made.error())};
  AlignedBytes arena(arena_bytes(**made));
  auto session = Session::create(model, **made, kernels, arena);
  if (!session) return Failure{kCannotRun + explain(session.error())};
  std::vector<float> outputs(session->output_size());
  const Status status = floats ? session->run(std::span(sample.values), outputs)
                               : session->run(std::span(sample.pixels), outputs);
  if (status != Status::ok) return Failure{std::string("a sample cannot be run: ") + status_name(status)};
  return outputs;
}

Outcome<std::monostate> renew_golden(const kernels::KernelTable& kernels, ModelFile& file) {
  for (Sample& sample : file.golden) {
    auto outputs = run_sample(kernels, file, sample);
    if (!outputs) return outputs.error();
    sample.outputs = std::move(*outputs);
  }
  return std::monostate{};
}

}  // namespace lentil::formats
