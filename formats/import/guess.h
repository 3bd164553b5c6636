// Networks that weights without a graph may belong to.
#pragma once
#include <string>
#include <vector>

#include "formats/host/outcome.h"
#include "formats/import/weight_file.h"
#include "runtime/shape.h"

namespace lentil::formats {

// Chains, as parse_chain() reads them, whose sizes work out for pictures of this shape. Convolutions may be
// padded to keep their size or not at all, and a 2x2 maximum may follow them, unless the file tells; behind
// each layer but the last comes a ReLU, except where the numbers in the names leave no room for one
// ("7.weight" next to "8.weight"). A Failure says why there is none.
Outcome<std::vector<std::string>> guess_chains(const WeightFile& weights, const Shape& input);

}  // namespace lentil::formats
