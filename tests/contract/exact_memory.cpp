// The tutorial's LeNet in a buffer of exactly the planned size between pages that nobody may touch: inference
// and training at a batch of one, goal small. Everything lies in that buffer, the planner's notes too; beside
// it there are only the Session or Trainer and the model file's own bytes. Prints the lines of
// tests/embedded/budgets.txt.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "formats/initial_weights.h"
#include "formats/model_reader.h"
#include "formats/model_writer.h"
#include "models/lenet.h"
#include "runtime/trainer.h"
#include "tests/contract/lenet_images.h"
#include "tests/support/guarded_pages.h"

namespace {

using namespace lentil;
using test::GuardedPages;

void require(bool condition, const char* what) {
  if (condition) return;
  std::printf("exact memory: not so: %s\n", what);
  std::exit(1);
}

// In a process of its own, which has to die of it.
bool is_fatal(const std::function<void()>& act) {
  const pid_t child = fork();
  require(child >= 0, "the system starts a process");
  if (child == 0) {
    std::fclose(stderr);  // sanitizers report what is asked for here
    act();
    _exit(0);
  }
  int status = 0;
  require(waitpid(child, &status, 0) == child, "the process ends");
  return status != 0;
}

std::vector<std::uint8_t> pixels_of(std::uint32_t image) {
  std::vector<std::uint8_t> pixels;
  for (std::uint32_t i = 0; i < contract::kImagePixels; ++i)
    pixels.push_back(contract::image_pixel(image, i));
  return pixels;
}

std::vector<float> values_of(std::uint32_t image) {
  std::vector<float> values;
  for (const std::uint8_t pixel : pixels_of(image)) {
    values.push_back((static_cast<float>(pixel) / 255.0f - 0.1307f) / 0.3081f);
  }
  return values;
}

struct Case {
  const char* name;
  PlanOptions options;
  std::size_t budget;  // of the arena and the object that uses it
};

template <class Object, class... Arguments>
Object create_exactly(const Model& model, const Plan& plan, std::span<std::byte> arena,
                      Arguments... arguments) {
  const auto& kernels = *kernels::cpu().table;
  const auto refused = Object::create(model, plan, kernels, arena.first(arena.size() - 1), arguments...);
  require(!refused && refused.error().status == Status::arena_too_small, "one byte less is refused");
  require(refused.error().needed == arena.size() && refused.error().given == arena.size() - 1,
          "the refusal tells both numbers");
  auto created = Object::create(model, plan, kernels, arena, arguments...);
  require(static_cast<bool>(created), "the exact size is enough");
  return *created;
}

std::vector<float> infer(const Model& model, const Plan& plan, std::span<std::byte> arena) {
  Session session = create_exactly<Session>(model, plan, arena);
  std::vector<float> all;
  for (std::uint32_t image = 0; image < 3; ++image) {
    std::array<float, 10> scores{};
    require(session.run(values_of(image), scores) == Status::ok, "inference runs");
    all.insert(all.end(), scores.begin(), scores.end());
  }
  return all;
}

std::vector<float> train(const Model& model, const Plan& plan, std::span<std::byte> arena, InputType input) {
  Trainer trainer = create_exactly<Trainer>(model, plan, arena, contract::kDropoutSeed);
  std::vector<float> all;
  for (std::uint32_t image = 0; image < 5; ++image) {
    const std::array<std::uint8_t, 1> label{contract::image_label(image)};
    const Sgd sgd{.rate = 0.05f, .momentum = 0.9f};
    const StepResult step = input == InputType::uint8 ? trainer.step(pixels_of(image), label, sgd)
                                                      : trainer.step(values_of(image), label, sgd);
    require(step.status == Status::ok, "a step runs");
    all.push_back(step.loss);
  }
  for (std::uint32_t layer = 0; layer < model.layer_count; ++layer) {
    for (const Slot slot : {Slot::weight, Slot::bias}) {
      const auto weights = trainer.session().tensor(layer, slot);
      all.insert(all.end(), weights.begin(), weights.end());
    }
  }
  return all;
}

std::size_t planned_bytes(const Model& model, const Case& c) {
  std::vector<std::byte> memory(plan_memory_bytes(model));
  const auto plan = lentil::plan(model, c.options, memory);
  require(static_cast<bool>(plan), "there is a plan");
  return arena_bytes(**plan);
}

std::vector<float> results_in(const Model& model, const Case& c, std::span<std::byte> arena) {
  const auto plan = lentil::plan(model, c.options, arena);
  require(static_cast<bool>(plan), "the planner's notes have room in the arena");
  if (c.options.mode == Mode::infer) return infer(model, **plan, arena);
  return train(model, **plan, arena, c.options.input);
}

void check(const Model& model, const Case& c) {
  const std::size_t bytes = planned_bytes(model, c);
  const std::size_t object = c.options.mode == Mode::infer ? sizeof(Session) : sizeof(Trainer);
  std::printf("%s: arena %zu, object %zu, together %zu of %zu\n", c.name, bytes, object, bytes + object,
              c.budget);
  require(bytes + object <= c.budget, "the budget is kept");
  GuardedPages front(bytes), back(bytes);
  const auto first = results_in(model, c, front.at_front(bytes));
  const auto second = results_in(model, c, back.at_back(bytes));
  require(front.untouched_outside(front.at_front(bytes)), "nothing is written behind the arena");
  require(back.untouched_outside(back.at_back(bytes)), "nothing is written before the arena");
  require(first == second, "the place of the arena makes no difference");
}

void check_guards() {
  const GuardedPages pages(1);
  require(is_fatal([&] { *pages.behind() = std::byte{0}; }), "a write behind the pages is fatal");
  require(is_fatal([&] { *pages.before() = std::byte{0}; }), "a write before the pages is fatal");
}

constexpr std::uint16_t kConvolutions[] = {0, 3};
constexpr Case kCases[] = {
    {"inference", {.goal = Goal::small}, 7552},
    {"inference, rolling", {.goal = Goal::small, .rolling = true}, 4672},
    {"training", {.mode = Mode::train, .goal = Goal::small}, 188416},
    {"training from pixels", {.mode = Mode::train, .goal = Goal::small, .input = InputType::uint8}, 188416},
    {"training of fc1 and fc2", {.mode = Mode::train, .goal = Goal::small, .frozen = kConvolutions}, 141312},
};

}  // namespace

int main() {
  check_guards();
  formats::ModelFile lenet = models::lenet();
  formats::initialize(lenet, contract::kWeightSeed);
  const auto file = formats::write_model(lenet);
  const auto model = formats::read_model(file);
  require(static_cast<bool>(model), "the model file is good");
  for (const Case& c : kCases) check(*model, c);
}
