#include "tools/network.h"

#include <filesystem>
#include <fmt/format.h>

#include "formats/initial_weights.h"
#include "formats/spec.h"
#include "models/lenet.h"
#include "models/registry.h"
#include "tools/machine.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

formats::ModelFile from_file(const std::string& path) {
  formats::ModelFile file = need(formats::load_model_file(path));
  file.golden.clear();
  file.training.reset();
  file.state.reset();
  file.description.clear();  // it describes the weights as they were
  return file;
}

// A line tells layers only; pixels are taken as the built-in networks take them.
formats::ModelFile from_spec(const std::string& line) {
  formats::ModelFile file = need(formats::model_from_spec(line));
  const formats::ModelFile like = models::lenet();
  file.normalization = like.normalization;
  file.recipe = like.recipe;
  if (output_count(file.model()) == like.labels.size()) file.labels = like.labels;
  return file;
}

[[noreturn]] void unknown_network(const std::string& arch) {
  std::vector<std::string> names;
  for (const models::Definition& definition : models::definitions()) names.emplace_back(definition.name);
  reject(fmt::format("'{}' is neither a network ({}) nor a file nor a line of layers{}", arch,
                     join(names, ", "), did_you_mean(arch, names)));
}

}  // namespace

formats::ModelFile make_network(const std::string& arch, std::uint64_t seed) {
  std::error_code ignored;
  const models::Definition* definition = models::find_definition(arch);
  if (definition == nullptr && std::filesystem::exists(arch, ignored)) return from_file(arch);
  if (definition == nullptr && arch.find_first_of(" ,") == std::string::npos) unknown_network(arch);
  formats::ModelFile file = definition != nullptr ? definition->make() : from_spec(arch);
  formats::initialize(file, seed);
  return file;
}

std::string network_name(const formats::ModelFile& file) { return file.name.empty() ? "network" : file.name; }

std::vector<std::uint16_t> layers_named(const formats::ModelFile& file, const std::string& names) {
  std::vector<std::string> known;
  for (const formats::LayerData& layer : file.layers) {
    if (parameter_count(layer.view()) > 0) known.push_back(layer.name);
  }
  std::vector<std::uint16_t> indices;
  for (const std::string& name : split(names, ',')) {
    const auto named = [&](const formats::LayerData& layer) {
      return layer.name == name && parameter_count(layer.view()) > 0;
    };
    const auto found = std::find_if(file.layers.begin(), file.layers.end(), named);
    if (found == file.layers.end()) {
      reject(fmt::format("--freeze {}: no layer with weights has this name{}; there are {}", name,
                         did_you_mean(name, known), join(known, ", ")));
    }
    indices.push_back(static_cast<std::uint16_t>(found - file.layers.begin()));
  }
  return indices;
}

std::uint64_t parameter_count(const Layer& layer) {
  if (layer.has_constant()) return 0;
  return layer.tensor(Slot::weight).size() + layer.tensor(Slot::bias).size();
}

std::uint64_t parameter_count(const Model& model) {
  std::uint64_t count = 0;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) count += parameter_count(model.layer(i));
  return count;
}

}  // namespace lentil::tools
