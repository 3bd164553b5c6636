#include "models/logreg.h"

#include "formats/model_builder.h"
#include "models/digits.h"

namespace lentil::models {

formats::ModelFile logreg() {
  return digits(formats::ModelBuilder("LogisticRegression").flatten().linear("fc1", 10).log_softmax());
}

}  // namespace lentil::models
