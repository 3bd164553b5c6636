// The networks of models/ against PyTorch, with weights and images of the formula.
#include "tests/golden/networks_golden.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "kernels/device.h"
#include "models/registry.h"
#include "runtime/session.h"
#include "tests/golden/lenet.h"
#include "tests/support/networks.h"

namespace lentil::golden {
namespace {

constexpr double kTolerance = 1e-5;  // of a probability
constexpr std::uint32_t kBatch = 25;

bool normalizes(LayerType type) { return type == LayerType::batch_norm1d || type == LayerType::batch_norm2d; }

// As make_networks_golden.py says.
std::vector<float> golden_tensor(const formats::LayerData& layer, Slot slot, std::uint32_t stream) {
  const Layer& l = layer.settings;
  const double fan_in = static_cast<double>(layer.tensor(Slot::weight).size()) / l.out_features;
  const double bound = normalizes(l.type) ? 0.5 : 2 / std::sqrt(fan_in);
  auto values = formula_values(stream, layer.tensor(slot).size(), static_cast<float>(bound));
  const bool near_one = normalizes(l.type) && (slot == Slot::weight || slot == Slot::running_var);
  for (float& value : values) value += near_one ? 1.0f : 0.0f;
  return values;
}

formats::ModelFile golden_network(const models::Definition& definition) {
  formats::ModelFile file = definition.make();
  std::uint32_t stream = 1;
  for (formats::LayerData& layer : file.layers) {
    for (const Slot slot : {Slot::weight, Slot::bias, Slot::running_mean, Slot::running_var}) {
      if (!layer.tensor(slot).empty()) layer.tensor(slot) = golden_tensor(layer, slot, stream++);
    }
  }
  return file;
}

std::vector<std::uint8_t> pixels_of(std::uint32_t first_image) {
  std::vector<std::uint8_t> pixels;
  for (std::uint32_t image = first_image; image < first_image + kBatch; ++image) {
    for (std::uint32_t i = 0; i < kPixels; ++i) pixels.push_back(image_pixel(image, i / 28, i % 28));
  }
  return pixels;
}

// The largest difference of a class's probability, in a plan of this kind.
double largest_difference(const Model& model, const NetworkGolden& golden, Goal goal, bool fuse) {
  const test::OwnedPlan plan(model, {.goal = goal, .input = InputType::uint8, .batch = kBatch, .fuse = fuse});
  test::PoisonedArena arena(arena_bytes(*plan));
  auto session = Session::create(model, *plan, *kernels::cpu().table, arena.bytes());
  REQUIRE(session);
  std::vector<float> outputs(std::size_t{kBatch} * kGoldenClasses);
  double largest = 0;
  for (std::uint32_t first = 0; first < kGoldenImages; first += kBatch) {
    REQUIRE(session->run(pixels_of(first), outputs) == Status::ok);
    for (std::uint32_t i = 0; i < outputs.size(); ++i) {
      const double ours = std::exp(static_cast<double>(outputs[i]));
      const double theirs = golden.probabilities[first + i / kGoldenClasses][i % kGoldenClasses] * kUnit;
      largest = std::max(largest, std::isnan(ours) ? 1 : std::abs(ours - theirs));
    }
  }
  return largest;
}

TEST_CASE("networks give PyTorch's probabilities in every kind of plan") {
  for (const NetworkGolden& golden : kNetworks) {
    CAPTURE(golden.name);
    const models::Definition* definition = models::find_definition(golden.name);
    REQUIRE(definition != nullptr);
    const formats::ModelFile file = golden_network(*definition);
    for (const Goal goal : {Goal::small, Goal::fast}) {
      for (const bool fuse : {true, false}) {
        CAPTURE(static_cast<int>(goal), fuse);
        CHECK(largest_difference(file.model(), golden, goal, fuse) <= kTolerance);
      }
    }
  }
}

}  // namespace
}  // namespace lentil::golden
