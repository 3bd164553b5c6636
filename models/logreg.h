#pragma once
#include "formats/model_file.h"

namespace lentil::models {

// Logistic regression: one linear layer on the pixels; 7,850 parameters. The least that classifies digits.
formats::ModelFile logreg();

}  // namespace lentil::models
