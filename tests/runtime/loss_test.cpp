#include "runtime/loss.h"

#include <catch2/catch.hpp>

#include "runtime/trainer.h"
#include "tests/reference/loss.h"
#include "tests/support/networks.h"

using namespace lentil;

TEST_CASE("cross entropy with probabilities gives the oracle's bits, in place too") {
  constexpr std::size_t kClasses = 7, kImages = 3;
  const std::vector<float> x = test::random_floats(kClasses * kImages, 1);
  std::vector<float> targets = test::random_floats(kClasses * kImages, 2);
  for (float& t : targets) t = (t + 1) / 7;
  const auto expected = reference::soft_cross_entropy<float>(kImages, x, targets);
  std::vector<float> d = x;
  for (std::size_t b = 0; b < kImages; ++b) {
    const std::span<float> of_image = std::span(d).subspan(b * kClasses, kClasses);
    const Target target{.label = 0, .values = std::span(targets).subspan(b * kClasses, kClasses)};
    CHECK(image_loss(*kernels::cpu().table, Loss::cross_entropy, of_image, target, kImages,
                     of_image.data()) == expected.images[b]);
  }
  CHECK(d == expected.gradient);
}

TEST_CASE("a probability of 1 trains as the label does") {
  const auto file = test::network("input 6, linear 5, logsoftmax");
  const test::OwnedPlan plan(file.model(), {.mode = Mode::train, .batch = 2});
  const auto weights_after = [&](auto targets) {
    test::PoisonedArena arena(arena_bytes(*plan));
    auto trainer = *Trainer::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), 1);
    REQUIRE(trainer.step(test::random_floats(12, 1), targets, {.rate = 0.1f}).status == Status::ok);
    std::vector<float> weights(trainer.trained_values());
    REQUIRE(trainer.save_weights(weights) == Status::ok);
    return weights;
  };
  const std::vector<std::uint8_t> labels{3, 1};
  const std::vector<float> probabilities{0, 0, 0, 1, 0, 0, 1, 0, 0, 0};
  const auto by_label = weights_after(std::span<const std::uint8_t>(labels));
  const auto by_probability = weights_after(std::span<const float>(probabilities));
  for (std::size_t i = 0; i < by_label.size(); ++i)
    CHECK(by_label[i] == Approx(by_probability[i]).margin(1e-6));
}
