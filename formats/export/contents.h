// What exporters ask of a model, and how they put it into files.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "formats/host/named_tensor.h"
#include "formats/host/outcome.h"
#include "formats/model_file.h"

namespace lentil::formats {

// Fails if the name of a layer cannot stand in a text of others: it must be UTF-8 without control characters.
Outcome<std::monostate> check_layer_names(const ModelFile& file);

// As state_dict() gives them, with names that have been checked.
Outcome<std::vector<NamedTensor>> checked_state_dict(const ModelFile& file);

// Of the network's input, then of each layer's output. The failure names the layer that does not fit.
Outcome<std::vector<Shape>> layer_shapes(const ModelFile& file);

// Between quotation marks, as JSON, YAML and Python read it; what is no UTF-8 is replaced.
std::string literal(std::string_view text);

// Little-endian, as the files of others have them.
void append_text(std::vector<std::byte>& bytes, std::string_view text);
void append_floats(std::vector<std::byte>& bytes, const std::vector<float>& values);

}  // namespace lentil::formats
