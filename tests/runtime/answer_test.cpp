#include "runtime/answer.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/support/networks.h"

using namespace lentil;

TEST_CASE("outputs mean what the last layer makes of them") {
  CHECK(output_meaning(test::network("input 4, linear 2, logsoftmax").model()) == LayerType::log_softmax);
  CHECK(output_meaning(test::network("input 4, linear 2, softmax").model()) == LayerType::softmax);
  CHECK(output_meaning(test::network("input 4, linear 2").model()) == LayerType::linear);
}

TEST_CASE("the first of the largest outputs is the answer") {
  CHECK(answer(std::vector<float>{1, 3, 3, 2}) == 1);
  CHECK(answer(std::vector<float>{-1}) == 0);
}

TEST_CASE("logits, log-probabilities and probabilities say the same") {
  const std::vector<float> logits{1, -2, 0.5f};
  double sum = 0;
  for (const float x : logits) sum += std::exp(double{x});
  std::vector<float> logs, probabilities;
  for (const float x : logits) {
    logs.push_back(static_cast<float>(x - std::log(sum)));
    probabilities.push_back(static_cast<float>(std::exp(double{x}) / sum));
  }
  const auto check = [&](std::vector<float> output, LayerType meaning) {
    for (std::size_t label = 0; label < 3; ++label)
      CHECK(minus_log_probability(output, label, meaning) == Approx(-logs[label]));
    to_probabilities(output, meaning);
    for (std::size_t i = 0; i < 3; ++i) CHECK(output[i] == Approx(probabilities[i]));
  };
  check(logits, LayerType::linear);
  check(logs, LayerType::log_softmax);
  check(probabilities, LayerType::softmax);
}

TEST_CASE("a probability that was rounded to 0 has a finite loss") {
  CHECK(std::isfinite(minus_log_probability(std::vector<float>{1, 0}, 1, LayerType::softmax)));
}
