// How many pictures a model reads, with its preparation and without.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "formats/host/dataset.h"
#include "formats/host/outcome.h"
#include "formats/model_file.h"
#include "tests/robustness/changes.h"

namespace lentil::test {

struct Score {
  std::uint32_t prepared = 0, raw = 0, total = 0;  // right, right, pictures
};

// The first `count` pictures of the data, changed.
Score read_changed(const formats::ModelFile& model, const formats::Dataset& data, const Change& change,
                   std::uint32_t count);

// The pictures of FOLDER/manifest.json by their kind; a Failure if it or one of them cannot be read.
formats::Outcome<std::map<std::string, Score>> read_photos(const formats::ModelFile& model,
                                                           const std::string& folder);
// Those of type are no handwriting.
inline constexpr const char* kPrinted = "printed";

}  // namespace lentil::test
