// How a training went: losses and accuracies, to be drawn.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "formats/host/fit.h"
#include "tools/plot/drawing.h"

namespace lentil::tools {

class TrainHistory {
 public:
  void add_step(const formats::FitProgress& progress);
  // Of the weights behind the newest step.
  void add_test(const formats::TestResult& test, const std::optional<formats::TestResult>& validation);

  bool empty() const { return steps_.empty(); }
  std::vector<float> losses() const;  // of all steps

  // Loss and accuracy over the epochs, side by side: of training as means of neighbouring steps, each step
  // before its update; of the images to test and to validate after each epoch.
  plot::Drawing curves(const std::string& title) const;

 private:
  struct Step {
    double epochs;  // behind it
    float loss, accuracy;
  };
  struct Test {
    double epochs;
    double loss, accuracy;
  };

  std::vector<Step> steps_;
  std::vector<Test> tests_, validations_;
};

}  // namespace lentil::tools
