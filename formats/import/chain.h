// A network without branches in one line, whose parameters come from a weight file.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "formats/host/outcome.h"
#include "formats/import/weight_file.h"
#include "formats/model_file.h"
#include "formats/spec.h"

namespace lentil::formats {

struct Chain {
  Spec spec;
  std::vector<bool> transposed;  // of each layer: its weight lies as [in, out], or HWIO
};

// Two spellings. That of formats/spec.h, in which outputs and windows may be left out:
//   conv @conv1 p2, relu, maxpool 2, linear @fc1
// and a shorter one, in which layers are separated by blanks and name their parameters' prefix:
//   conv:KEY[:pN][:sN][:dN][:gN]  convT:KEY (HWIO)  fc:KEY  fcT:KEY ([in, out])  bn:KEY[:epsE]  prelu:KEY
//   maxpoolK[sN][pN]  avgpoolK[sN][pN]  gap  relu  leakyrelu(A)  elu(A)  sigmoid  tanh
//   flatten  flattenhwc  dropout  dropout2d  softmax  logsoftmax
// A KEY may also name whole tensors: WEIGHT or WEIGHT+BIAS. In front of the first linear layer a flatten is
// added where there is none.
Outcome<Chain> parse_chain(std::string_view line);

struct BoundNetwork {
  ModelFile file;
  std::vector<std::string> used;  // names of tensors
};

// The network for pictures of this shape, with the file's weights: by name, or for layers without a name the
// next ones in the file. Failures name the layer and what does not fit.
Outcome<BoundNetwork> bind_chain(const Chain& chain, const WeightFile& weights, const Shape& input);

// The weights of `weights` in the layers of `like`: of the layers' names alone; or if these are not there, or
// do not fit, by order and shape.
Outcome<BoundNetwork> bind_by_name(const ModelFile& like, const WeightFile& weights);
Outcome<BoundNetwork> bind_network(const ModelFile& like, const WeightFile& weights);

}  // namespace lentil::formats
