// Runs one part of LeNet's work with the avx2 kernels, on the same images always, so that callgrind can count
// the instructions of lentil_counted: lentil_instructions infer_fast|infer_small|train_step
#include <cstdio>
#include <functional>
#include <string_view>
#include <vector>

#include "formats/initial_weights.h"
#include "models/lenet.h"
#include "tests/contract/lenet_images.h"
#include "tests/support/networks.h"

using namespace lentil;

namespace {

using Work = std::function<bool()>;  // false: it failed

// The images of the bit contract.
struct Images {
  explicit Images(std::uint32_t count) {
    for (std::uint32_t image = 0; image < count; ++image) {
      labels.push_back(contract::image_label(image));
      for (std::uint32_t i = 0; i < contract::kImagePixels; ++i)
        pixels.push_back(contract::image_pixel(image, i));
    }
  }
  std::vector<std::uint8_t> pixels, labels;
};

bool infer(const Model& model, const kernels::KernelTable& table, Goal goal,
           const std::function<bool(Work)>& run) {
  const Images images(1);
  const test::OwnedPlan plan(model, {.goal = goal, .input = InputType::uint8});
  test::PoisonedArena arena(arena_bytes(*plan));
  auto session = Session::create(model, *plan, table, arena.bytes());
  std::vector<float> outputs(session->output_size());
  return run([&] { return session->run(images.pixels, outputs) == Status::ok; });
}

bool train(const Model& model, const kernels::KernelTable& table, const std::function<bool(Work)>& run) {
  constexpr std::uint32_t kBatch = 64;
  const Images images(kBatch);
  const test::OwnedPlan plan(model, {.mode = Mode::train, .input = InputType::uint8, .batch = kBatch});
  test::PoisonedArena arena(arena_bytes(*plan));
  auto trainer = Trainer::create(model, *plan, table, arena.bytes(), contract::kDropoutSeed);
  const Sgd sgd{.rate = 0.005f, .momentum = 0.9f};
  return run([&] { return trainer->step(images.pixels, images.labels, sgd).status == Status::ok; });
}

}  // namespace

extern "C" [[gnu::noinline]] bool lentil_counted(const Work& work) { return work(); }

int main(int argc, char** argv) {
  const std::string_view part = argc == 2 ? argv[1] : "";
  const kernels::CpuKernels avx2 = kernels::cpu("avx2");
  if (avx2.choice != kernels::IsaChoice::ok) {
    std::puts("skipped: this processor does not run avx2");
    return 77;
  }
  formats::ModelFile file = models::lenet();
  formats::initialize(file, contract::kWeightSeed);
  const Model model = file.model();
  // The first time is not counted: the loader looks for functions then.
  const auto run = [](const Work& work) { return work() && lentil_counted(work); };
  bool done = false;
  if (part == "infer_fast") done = infer(model, *avx2.table, Goal::fast, run);
  if (part == "infer_small") done = infer(model, *avx2.table, Goal::small, run);
  if (part == "train_step") done = train(model, *avx2.table, run);
  return done ? 0 : 1;
}
