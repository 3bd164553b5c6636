#include "runtime/device_program.h"

#include <catch2/catch.hpp>

#include "tests/support/networks.h"

namespace lentil {
namespace {

// A program with the memory that it lies in.
struct Made {
  test::PoisonedArena memory;
  Result<const cuda::Program*> program;
  Made(const formats::ModelFile& file, const PlanOptions& options, std::size_t missing = 0)
      : memory(device_program_memory_bytes(file.model()) - missing),
        program(device_program(file.model(), options, memory.bytes())) {}
};

formats::ModelFile lenet() { return test::network(test::kLenetSpec); }

}  // namespace

TEST_CASE("a program counts what the kernels need to the byte") {
  const formats::ModelFile file = lenet();
  const Made made(file, {.mode = Mode::train, .input = InputType::uint8});
  REQUIRE(made.program);
  const cuda::Program& p = **made.program;
  CHECK(p.inputs == 784);
  CHECK(p.outputs == 10);
  CHECK(p.parameters == 21840);
  CHECK(p.prepared == 250 + 10);                              // conv1 carries the normalisation
  CHECK(p.gradients == 260 + 5020 + (320 + 50) + (50 + 10));  // convolutions, vectors of the rest
  CHECK(p.rows == 10 + 20 + 50 + 10);
  CHECK(p.bytes == sizeof(cuda::Program) + p.step_count * sizeof(cuda::Step));
  CHECK(p.step_count == 6);
  CHECK(p.image_bytes == 39456);
  CHECK(Made(file, {.input = InputType::uint8}).program);
  CHECK((*Made(file, {.input = InputType::uint8}).program)->image_bytes == 8896);
}

TEST_CASE("a program uses the memory that it asks for and no byte more") {
  const formats::ModelFile file = lenet();
  Made made(file, {.mode = Mode::train});
  REQUIRE(made.program);
  CHECK(made.memory.guards_intact());
  CHECK(reinterpret_cast<const std::byte*>(*made.program) == made.memory.bytes().data());
  const Made less(file, {.mode = Mode::train}, 1);
  REQUIRE_FALSE(less.program);
  CHECK(less.program.error().status == Status::plan_memory_too_small);
  CHECK(less.program.error().needed == less.program.error().given + 1);
}

TEST_CASE("memory that is not aligned is refused") {
  const formats::ModelFile file = lenet();
  test::PoisonedArena memory(device_program_memory_bytes(file.model()) + 4);
  const auto program = device_program(file.model(), {}, memory.bytes().subspan(4));
  REQUIRE_FALSE(program);
  CHECK(program.error().status == Status::arena_misaligned);
}

TEST_CASE("images wait before a batch-norm that learns, and on their way back behind its activation") {
  const formats::ModelFile file = test::network("conv 4 k5, bn, relu, flatten, linear 10");
  const Made made(file, {.mode = Mode::train});
  REQUIRE(made.program);
  const cuda::Program& p = **made.program;
  REQUIRE(p.step_count == 4);  // the input, the convolution, the batch-norm with its ReLU, the linear layer
  CHECK(p.statistics == cuda::kStatistics * 4);
  CHECK(least_images(p) == 1);
  const DeviceStop forward = next_stop(p, 0), backward = next_stop(p, forward.place);
  CHECK(forward.place == 2);
  CHECK(forward.batch_norm == 2);
  CHECK(forward.channels == 4);
  CHECK(forward.work == cuda::RowsWork::forward_statistics);
  CHECK(backward.place == 4 + 1 + 2 * 1 + 1);  // the loss, the linear layer, the ReLU
  CHECK(backward.batch_norm == 2);
  CHECK(backward.work == cuda::RowsWork::backward_statistics);
  CHECK(next_stop(p, backward.place).place == cuda::kAllPlaces);
}

TEST_CASE("images go through without a stop where no batch-norm learns") {
  const formats::ModelFile file = test::network("conv 4 k5, bn, relu, flatten, linear 10");
  const std::uint16_t frozen[] = {1};
  for (const PlanOptions& options : {PlanOptions{}, PlanOptions{.mode = Mode::train, .frozen = frozen}}) {
    const Made made(file, options);
    REQUIRE(made.program);
    CHECK((*made.program)->statistics == 0);
    CHECK(next_stop(**made.program, 0).place == cuda::kAllPlaces);
  }
}

TEST_CASE("a batch-norm of single values needs two images to learn from") {
  const formats::ModelFile file = test::network("input 1x4x4, flatten, linear 3, bn, linear 2");
  const Made made(file, {.mode = Mode::train});
  REQUIRE(made.program);
  CHECK(least_images(**made.program) == 2);
}

TEST_CASE("what no plan can be made for is refused like that") {
  const formats::ModelFile file = test::network("relu");
  const Made made(file, {.mode = Mode::train});
  REQUIRE_FALSE(made.program);
  CHECK(made.program.error().status == Status::nothing_to_train);
}

TEST_CASE("parameters lie in file order without gaps") {
  const formats::ModelFile file = lenet();
  const Model model = file.model();
  CHECK(device_parameter(model, 0, Slot::weight) == 0);
  CHECK(device_parameter(model, 0, Slot::bias) == 250);
  CHECK(device_parameter(model, 3, Slot::weight) == 260);
  CHECK(device_parameter(model, model.layer_count, Slot::weight) == 21840);
}

}  // namespace lentil
