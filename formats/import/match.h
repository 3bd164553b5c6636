// The network that weights without a graph belong to: said by the options, recognised, or guessed.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "formats/import/chain.h"
#include "formats/import/model_import.h"

namespace lentil::formats {

struct Match {
  BoundNetwork network;
  std::string how;                     // for ImportReport::matched
  std::vector<std::string> assumed{};  // for ImportReport::assumed
  bool input_known = false;            // the network comes with a description of its input
};

// `inputs` are the shapes that pictures may have, the likeliest first. In turn: what the options say, a known
// network whose names and shapes are those of the tensors, pickled modules that tell their order, and the one
// arrangement whose sizes work out. A Failure if there is none, or more than one.
Outcome<Match> match_network(WeightFile weights, const ImportOptions& options, std::span<const Shape> inputs);

}  // namespace lentil::formats
