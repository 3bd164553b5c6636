#include "models/digits.h"

namespace lentil::models {

formats::ModelFile digits(formats::ModelBuilder builder) {
  constexpr float kMean = 0.1307f;
  constexpr float kStd = 0.3081f;
  builder.normalize(kMean, kStd).labels({"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  // The builder fails for impossible networks only; ours are tested.
  formats::ModelFile file = *builder.build();
  file.recipe = {{formats::StepKind::scale, {255}}, {formats::StepKind::normalize, {kMean, kStd}}};
  return file;
}

}  // namespace lentil::models
