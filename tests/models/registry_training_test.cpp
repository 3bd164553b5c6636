// What the networks of models/ learn: short trainings on digits that Lentil draws, and the accuracy that each
// must reach. Seeds 1 to 7 leave at least two points of margin above it.
#include <algorithm>
#include <catch2/catch.hpp>

#include "formats/host/aligned_bytes.h"
#include "formats/host/fit.h"
#include "formats/host/synth.h"
#include "formats/host/thread_pool.h"
#include "models/registry.h"
#include "tests/support/networks.h"

using namespace lentil;
using namespace lentil::formats;
using lentil::test::OwnedPlan;

namespace {

constexpr std::uint32_t kTestImages = 500;

// SGD with momentum, one-cycle.
struct Training {
  std::string_view network;
  std::uint32_t images, epochs, batch;
  float rate;
  double least;  // accuracy on kTestImages others
};
constexpr Training kRecipes[] = {
    {"lenet", 4000, 2, 32, 0.05f, 0.87},       {"lenet5", 4000, 2, 32, 0.05f, 0.92},
    {"lenet5_tanh", 4000, 1, 16, 0.05f, 0.83}, {"logreg", 4000, 2, 32, 0.05f, 0.83},
    {"mlp", 4000, 2, 32, 0.05f, 0.88},         {"mnist_new", 2000, 1, 16, 0.03f, 0.82},
    {"mnist_old", 2000, 1, 32, 0.05f, 0.84},   {"separable", 1000, 3, 8, 0.1f, 0.78},
};

TestResult train(const Training& recipe, std::uint64_t seed) {
  ModelFile file = models::find_definition(recipe.network)->make();
  initialize(file, seed);
  const DataSplit digits = synth_split(recipe.images, kTestImages, kSynthSeed);
  ThreadPool pool(0);
  const OwnedPlan plan(
      file.model(),
      {.mode = Mode::train, .input = InputType::uint8, .batch = recipe.batch, .threads = pool.threads()});
  AlignedBytes arena(arena_bytes(*plan));
  auto trainer = Trainer::create(file.model(), *plan, *kernels::cpu().table, arena, seed, pool.hook());
  REQUIRE(trainer);
  const auto fitted = fit(*trainer, digits.train,
                          {.batches = {.batch = recipe.batch, .seed = seed},
                           .sgd = {.rate = recipe.rate, .momentum = 0.9f},
                           .schedule = {.kind = Schedule::Kind::one_cycle},
                           .epochs = recipe.epochs});
  REQUIRE(fitted);
  const auto result = formats::test(trainer->session(), digits.test);
  REQUIRE(result);
  return *result;
}

}  // namespace

TEST_CASE("every named network learns to read drawn digits") {
  for (const models::Definition& definition : models::definitions()) {
    INFO(definition.name << " has no recipe above");
    CHECK(std::ranges::count(kRecipes, definition.name, &Training::network) == 1);
  }
  for (const Training& recipe : kRecipes) {
    const TestResult result = train(recipe, 1);
    INFO(recipe.network << ": " << result.correct << " of " << result.total << ", loss " << result.loss);
    CHECK(result.accuracy() >= recipe.least);
  }
}
