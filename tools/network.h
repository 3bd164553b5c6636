// The network that --arch names, ready to be trained.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "formats/model_file.h"

namespace lentil::tools {

// A built-in name, a model file or a one-line spec. Weights are drawn from the seed, those of a file kept.
formats::ModelFile make_network(const std::string& arch, std::uint64_t seed);

// What to call it: "network" if the file has no name for it.
std::string network_name(const formats::ModelFile& file);

// Indices of the layers with these names, which are separated by commas; they must have parameters.
std::vector<std::uint16_t> layers_named(const formats::ModelFile& file, const std::string& names);

// As PyTorch counts them: weights and biases, no statistics and no constants.
std::uint64_t parameter_count(const Layer& layer);
std::uint64_t parameter_count(const Model& model);

}  // namespace lentil::tools
