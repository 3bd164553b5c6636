// Models to export, and the answers that they must keep.
#pragma once
#include <algorithm>
#include <bit>
#include <filesystem>
#include <vector>

#include "formats/export/exporter.h"
#include "formats/host/synth.h"
#include "formats/import/importer.h"
#include "formats/initial_weights.h"
#include "models/registry.h"
#include "tests/formats/sample_models.h"
#include "tests/stress/random_network.h"
#include "tests/support/networks.h"

namespace lentil::test {

// All networks with a name, the first weights of which are as unusual as floats can be.
inline std::vector<formats::ModelFile> drawn_networks() {
  std::vector<formats::ModelFile> files;
  for (const models::Definition& definition : models::definitions()) {
    files.push_back(definition.make());
    formats::initialize(files.back(), 3);
    const auto first = std::ranges::find_if(files.back().layers, [](const formats::LayerData& layer) {
      return !layer.tensor(Slot::weight).empty();
    });
    std::ranges::copy(std::vector{1e-45f, -1e-40f, -0.0f, 0.1f}, first->tensor(Slot::weight).begin());
  }
  return files;
}

// Those that come with the project.
inline std::vector<formats::ModelFile> shipped_models() {
  std::vector<formats::ModelFile> files;
  for (const auto& entry : std::filesystem::directory_iterator(LENTIL_SOURCE_DIR "/models")) {
    if (entry.path().extension() == ".lentil")
      files.push_back(*formats::load_model_file(entry.path().string()));
  }
  return files;
}

// The network's answers to images one after the other, of pixels or of floats.
template <class T>
std::vector<float> answers(const formats::ModelFile& file, std::span<const T> images) {
  const Model model = file.model();
  const auto count = static_cast<std::uint32_t>(images.size() / file.input.count());
  const InputType type = sizeof(T) == 1 ? InputType::uint8 : InputType::float32;
  const OwnedPlan plan(model, {.goal = Goal::fast, .input = type, .batch = count});
  formats::AlignedBytes arena(arena_bytes(*plan));
  auto session = Session::create(model, *plan, *kernels::cpu().table, arena);
  if (!session) throw std::runtime_error(formats::explain(session.error()));
  std::vector<float> outputs(count * session->output_size());
  if (session->run(images, outputs) != Status::ok) throw std::runtime_error("the network does not run");
  return outputs;
}

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return std::ranges::equal(
      a, b, {}, [](float x) { return std::bit_cast<std::uint32_t>(x); },
      [](float x) { return std::bit_cast<std::uint32_t>(x); });
}

}  // namespace lentil::test
