// Ways to feed a network that people forget to mention.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "formats/host/dataset.h"
#include "formats/model_file.h"
#include "tools/machine.h"

namespace lentil::tools {

struct Suspect {
  std::string what;  // "no normalisation"
  std::string flag;  // of lentil convert: "--normalize div255"
  formats::ModelFile file;
};

// The network with other scalings, and with the ink inverted.
std::vector<Suspect> input_suspects(const formats::ModelFile& file);

struct BetterSuspect {
  const Suspect* suspect;
  formats::TestResult test;
};

// The suspect with which the network reads the images much better than as it is; nothing: there is none.
std::optional<BetterSuspect> better_suspect(Machine& machine, const formats::ModelFile& file,
                                            const std::vector<Suspect>& suspects,
                                            const formats::Dataset& data);

}  // namespace lentil::tools
