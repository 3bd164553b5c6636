// Pictures that travel with a model: golden ones with the network's outputs, and known ones to replay.
#pragma once
#include <cstdint>
#include <vector>

#include "formats/host/dataset.h"
#include "formats/model_file.h"
#include "kernels/device.h"

namespace lentil::formats {

// Whether the network takes pictures as formats/host/synth.h draws them, or its recipe makes its input of
// them.
bool takes_drawn_digits(const ModelFile& file);

// Drawn digits, always the same ones; none if the network takes other pictures. They have labels if it has
// ten outputs.
std::vector<Sample> drawn_samples(const ModelFile& file, std::uint32_t count);

// `count` pictures of the data set, or all if it has fewer, with their labels; the seed says which.
std::vector<Sample> chosen_samples(const Dataset& data, std::uint32_t count, std::uint64_t seed);

// The pictures that the network knows: the first `count` of the file's replay samples, or as many drawn
// digits if it has none with pixels.
std::vector<Sample> known_samples(const ModelFile& file, std::uint32_t count);

// What the network makes of a sample, which has pixels or values.
Outcome<std::vector<float>> run_sample(const kernels::KernelTable& kernels, const ModelFile& file,
                                       const Sample& sample);

// The golden samples' outputs become those of the weights as they are.
Outcome<std::monostate> renew_golden(const kernels::KernelTable& kernels, ModelFile& file);

}  // namespace lentil::formats
