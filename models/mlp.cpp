#include "models/mlp.h"

#include "formats/model_builder.h"
#include "models/digits.h"

namespace lentil::models {

formats::ModelFile mlp() {
  return digits(formats::ModelBuilder("MLP")
                    .flatten()
                    .linear("fc1", 128)
                    .relu()
                    .linear("fc2", 64)
                    .relu()
                    .linear("fc3", 10)
                    .log_softmax());
}

}  // namespace lentil::models
