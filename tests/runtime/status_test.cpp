// Every Status that planning, creating, running and training can return is reached here, with its numbers.
// (flush_to_zero: tests/contract/flush_to_zero_test.cpp; those of files: tests/formats.)
#include "runtime/status.h"

#include <array>
#include <catch2/catch.hpp>
#include <limits>
#include <set>
#include <string>

#include "tests/reference/memory_model.h"
#include "tests/support/networks.h"

using namespace lentil;
using test::network;
using test::OwnedPlan;
using test::PoisonedArena;
using test::random_bytes;
using test::random_floats;

namespace {

Error plan_error(const Model& model, const PlanOptions& options = {}) {
  // Room for any network of a reasonable length: the error must not be about that.
  std::vector<std::uint32_t> memory(1 << 16);
  const auto plan = lentil::plan(model, options, std::as_writable_bytes(std::span(memory)));
  return plan ? Error{} : plan.error();
}
Error plan_error(std::string_view spec, const PlanOptions& options = {}) {
  return plan_error(network(spec).model(), options);
}

void check_error(const Error& error, Status status, std::uint32_t where, std::uint64_t needed,
                 std::uint64_t given) {
  CHECK(status_name(error.status) == std::string(status_name(status)));
  CHECK(error.where == where);
  CHECK(error.needed == needed);
  CHECK(error.given == given);
}

// A model of one layer.
Error one_layer_error(Shape input, const Layer& layer, std::vector<float> weight = {}) {
  reference::MemoryModel model(input);
  model.add(layer, "layer", std::move(weight));
  return plan_error(model.model());
}

constexpr auto kWordMax = std::numeric_limits<std::uint32_t>::max();

// A trainer of a small network, its weights, and a batch for it.
struct Training {
  explicit Training(PlanOptions options = {}) : plan(with_mode(file, options)), arena(arena_bytes(*plan)) {
    auto created = Trainer::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), 1);
    REQUIRE(created);
    trainer = *created;
  }
  static OwnedPlan with_mode(const formats::ModelFile& file, PlanOptions options) {
    options.mode = Mode::train;
    options.batch = 4;
    return {file.model(), options};
  }

  formats::ModelFile file = network("input 1x6x6, conv 3 k3, maxpool 2, relu, flatten, linear 5");
  OwnedPlan plan;
  PoisonedArena arena;
  Trainer trainer;
  std::vector<float> values = random_floats(4 * 36, 1);
  std::vector<std::uint8_t> pixels = random_bytes(4 * 36, 2), labels = random_bytes(4, 3, 5);
};

}  // namespace

TEST_CASE("every status has a name of its own") {
  std::set<std::string> names;
  std::size_t count = 0;
  for (unsigned i = 0; i < 256; ++i) {
    const std::string name = status_name(static_cast<Status>(i));
    if (name == "unknown status") continue;
    names.insert(name);
    ++count;
  }
  CHECK(names.size() == count);
  CHECK(count == 67);
}

TEST_CASE("planning refuses numbers of layers that it cannot take") {
  check_error(plan_error(reference::MemoryModel({1, 2, 2}).model()), Status::missing_layers, 0, 0, 0);
  reference::MemoryModel deep({1, 2, 2});
  for (int i = 0; i < 1024; ++i) deep.add(reference::layer_of(LayerType::relu), "");
  std::vector<std::uint32_t> memory(plan_memory_bytes(deep.model()) / sizeof(std::uint32_t) + 1);
  CHECK(plan(deep.model(), {}, std::as_writable_bytes(std::span(memory))));
  deep.add(reference::layer_of(LayerType::relu), "");
  check_error(plan_error(deep.model()), Status::too_many_layers, 0, 1024, 1025);
}

TEST_CASE("planning refuses inputs that are empty or beyond what offsets hold") {
  const Layer relu = reference::layer_of(LayerType::relu);
  constexpr std::uint64_t kMost = 0x7fffffff;
  check_error(one_layer_error({0, 3, 3}, relu), Status::bad_input_description, 0, kMost, 0);
  check_error(one_layer_error({1, 32768, 1}, relu), Status::bad_input_description, 0, kMost, 32768);
  check_error(one_layer_error({1u << 31, 1, 1}, relu), Status::bad_input_description, 0, kMost, 1u << 31);
  CHECK(one_layer_error({kWordMax, kWordMax, kWordMax}, relu).status == Status::bad_input_description);
}

TEST_CASE("planning refuses memory that is too small or misaligned") {
  const auto file = network("input 4, linear 3");
  PoisonedArena memory(plan_memory_bytes(file.model()) + 1);
  const auto bytes = memory.bytes();
  check_error(plan(file.model(), {}, bytes.first(bytes.size() - 2)).error(), Status::plan_memory_too_small, 0,
              bytes.size() - 1, bytes.size() - 2);
  check_error(plan(file.model(), {}, bytes.subspan(1)).error(), Status::arena_misaligned, 0, 4, 1);
}

TEST_CASE("planning refuses impossible options") {
  constexpr std::string_view kSpec = "input 4, linear 3";
  check_error(plan_error(kSpec, {.batch = 0}), Status::bad_batch, 0, 0x7fffffff, 0);
  check_error(plan_error(kSpec, {.batch = 1u << 31}), Status::bad_batch, 0, 0x7fffffff, 1u << 31);
  check_error(plan_error(kSpec, {.threads = 0}), Status::bad_threads, 0, 1024, 0);
  check_error(plan_error(kSpec, {.threads = 1025}), Status::bad_threads, 0, 1024, 1025);
  const std::array<std::uint16_t, 2> frozen{0, 1};
  check_error(plan_error(kSpec, {.mode = Mode::train, .frozen = frozen}), Status::bad_frozen_layer, 0, 1, 1);
}

TEST_CASE("planning refuses layers that do not fit what arrives") {
  check_error(one_layer_error({2, 5, 5}, reference::conv2d_layer(3, 4, {3, 3}), std::vector<float>(108)),
              Status::shape_mismatch, 0, 3, 2);
  check_error(one_layer_error({2, 5, 5}, reference::linear_layer(49, 4), std::vector<float>(196)),
              Status::shape_mismatch, 0, 49, 50);
  check_error(one_layer_error({2, 5, 5}, reference::conv2d_layer(2, 1, {6, 3}), std::vector<float>(36)),
              Status::empty_output, 0, 0, 0);
  check_error(one_layer_error({2, 5, 5}, reference::max_pool_layer({2, 6}, {1, 1})), Status::empty_output, 0,
              0, 0);
  check_error(one_layer_error({1, 40, 40}, reference::max_pool_layer({16, 17}, {1, 1})),
              Status::unsupported_window, 0, 256, 272);
  CHECK(one_layer_error({1, 40, 40}, reference::max_pool_layer({16, 16}, {1, 1})).status == Status::ok);
}

// Two taps, four apart, two rows or columns of padding: a window that starts in it would see nothing else.
TEST_CASE("planning refuses pool windows that see nothing of their input") {
  Layer pool = reference::max_pool_layer({2, 1}, {1, 1});
  pool.dilation = {4, 1};
  pool.padding = {.top = 2, .bottom = 2};
  check_error(one_layer_error({1, 2, 3}, pool), Status::empty_output, 0, 0, 0);
  CHECK(one_layer_error({1, 4, 4}, pool).status == Status::ok);
  std::swap(pool.kernel.height, pool.kernel.width);
  std::swap(pool.dilation.height, pool.dilation.width);
  pool.padding = {.left = 2, .right = 2};
  check_error(one_layer_error({1, 3, 2}, pool), Status::empty_output, 0, 0, 0);
  CHECK(one_layer_error({1, 4, 4}, pool).status == Status::ok);
}

TEST_CASE("planning refuses more inputs than a layer can join") {
  reference::MemoryModel two_inputs({1, 2, 2});
  two_inputs.add(reference::layer_of(LayerType::relu), "");
  two_inputs.add(reference::layer_of(LayerType::relu), "", {}, {}, {0, 0});
  check_error(plan_error(two_inputs.model()), Status::unsupported_layer, 1, 0,
              static_cast<std::uint64_t>(LayerType::relu));
  const Layer add = reference::layer_of(LayerType::add);
  check_error(one_layer_error({1, 2, 2}, add), Status::bad_hyperparameter, 0, 2, 1);
  reference::MemoryModel three({1, 2, 2});
  three.add(add, "", {}, {}, {kNetworkInput, kNetworkInput, kNetworkInput});
  check_error(plan_error(three.model()), Status::bad_hyperparameter, 0, 2, 3);
}

TEST_CASE("planning refuses joins of shapes that differ") {
  const auto type = GENERATE(LayerType::add, LayerType::sub, LayerType::mul, LayerType::concat);
  reference::MemoryModel model({2, 4, 4});
  const auto pooled = model.add(reference::max_pool_layer({2, 2}, {2, 2}), "");
  model.add(reference::layer_of(type), "", {}, {}, {kNetworkInput, pooled});
  const bool concat = type == LayerType::concat;
  check_error(plan_error(model.model()), Status::shape_mismatch, 1, concat ? 16 : 32, concat ? 4 : 8);
}

TEST_CASE("planning refuses parameters that do not suit the channels that arrive") {
  const auto type = GENERATE(LayerType::batch_norm2d, LayerType::prelu, LayerType::add, LayerType::mul);
  Layer layer = reference::layer_of(type);
  layer.out_features = 3;
  check_error(one_layer_error({2, 5, 5}, layer, std::vector<float>(3)), Status::shape_mismatch, 0, 3, 2);
  Layer reshape = reference::layer_of(LayerType::reshape);
  reshape.out_features = 7;
  check_error(one_layer_error({2, 5, 5}, reshape), Status::shape_mismatch, 0, 7, 50);
}

TEST_CASE("planning refuses average pools with nothing or too much to average") {
  Layer pool = reference::layer_of(LayerType::avg_pool2d);
  pool.kernel = {2, 2};
  pool.dilation = {5, 5};
  pool.padding = {1, 1, 1, 1};
  CHECK(one_layer_error({1, 4, 4}, pool).status == Status::empty_output);
  pool = reference::layer_of(LayerType::avg_pool2d);
  pool.kernel = {257, 256};
  check_error(one_layer_error({1, 300, 300}, pool), Status::unsupported_window, 0, 65536, 65792);
  pool.kernel = {256, 256};
  CHECK(one_layer_error({1, 300, 300}, pool).status == Status::ok);
}

TEST_CASE("planning refuses networks of more steps than times can count") {
  reference::MemoryModel wide({1, 2, 2});
  wide.add(reference::layer_of(LayerType::concat), "", {}, {},
           std::vector<std::int16_t>(16384, kNetworkInput));
  check_error(plan_error(wide.model()), Status::too_many_layers, 0, 16384, 16385);
}

TEST_CASE("batch-norm does not learn from a single value of a channel") {
  const auto file = network("input 4, bn, linear 3");
  const std::array<std::uint16_t, 1> frozen{0};
  check_error(plan_error(file.model(), {.mode = Mode::train}), Status::batch_too_small, 0, 2, 1);
  CHECK(plan_error(file.model(), {.mode = Mode::train, .frozen = frozen}).status == Status::ok);
  CHECK(plan_error("input 4x1x2, bn, flatten, linear 3", {.mode = Mode::train}).status == Status::ok);
  const OwnedPlan plan(file.model(), {.mode = Mode::train, .batch = 3});
  PoisonedArena arena(arena_bytes(*plan));
  auto trainer = Trainer::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), 1);
  REQUIRE(trainer);
  const std::uint64_t before = weights_hash(trainer->session());
  CHECK(trainer->step(random_floats(4, 1), random_bytes(1, 1, 3), {}).status == Status::batch_too_small);
  CHECK(trainer->check_statistics(1) == Status::batch_too_small);
  CHECK(trainer->check_statistics(2) == Status::ok);
  CHECK(weights_hash(trainer->session()) == before);
  CHECK(trainer->step(random_floats(8, 1), random_bytes(2, 1, 3), {}).status == Status::ok);
}

// Training such a layer would read a gradient that nobody writes.
TEST_CASE("training refuses a layer whose output nobody reads, inference computes without it") {
  reference::MemoryModel model({4, 1, 1});
  model.add(reference::linear_layer(4, 3), "main", std::vector<float>(12, 1.0f));
  model.add(reference::linear_layer(4, 2), "unread", std::vector<float>(8, 1.0f), {}, {kNetworkInput});
  model.add(reference::layer_of(LayerType::relu), "last", {}, {}, {0});
  CHECK(plan_error(model.model()).status == Status::ok);
  check_error(plan_error(model.model(), {.mode = Mode::train}), Status::unsupported_layer, 1, 0,
              static_cast<std::uint64_t>(LayerType::linear));
}

TEST_CASE("planning refuses tensors and sums of tensors beyond what offsets hold") {
  Layer conv = reference::conv2d_layer(1, 3, {1, 1});
  CHECK(one_layer_error({1, 32767, 32767}, conv, std::vector<float>(3)).status == Status::tensor_too_large);
  CHECK(plan_error("input 1x30000x30000, relu").status == Status::ok);
  CHECK(plan_error("input 1x30000x30000, relu", {.batch = 2}).status == Status::tensor_too_large);
  CHECK(plan_error("input 1x30000x30000, relu", {.batch = 0x7fffffff}).status == Status::tensor_too_large);
  CHECK(plan_error("input 1x30000x30000, relu, sigmoid").status == Status::tensor_too_large);
  conv.padding = {.top = 20000, .bottom = 20000};
  CHECK(one_layer_error({1, 5, 5}, conv, std::vector<float>(3)).status == Status::tensor_too_large);
}

TEST_CASE("training refuses losses and networks that do not suit") {
  check_error(plan_error("input 4, linear 1", {.mode = Mode::train}), Status::bad_loss, 0, 2, 1);
  for (const float smoothing : {-0.1f, 1.0f, std::numeric_limits<float>::quiet_NaN()}) {
    check_error(plan_error("input 4, linear 2", {.mode = Mode::train, .label_smoothing = smoothing}),
                Status::bad_loss, 0, 0, 0);
  }
  check_error(
      plan_error("input 4, linear 2", {.mode = Mode::train, .loss = Loss::mse, .label_smoothing = 0.1f}),
      Status::bad_loss, 0, 0, 0);
  CHECK(plan_error("input 4, linear 1", {.mode = Mode::train, .loss = Loss::mse}).status == Status::ok);
  const std::array<std::uint16_t, 1> frozen{0};
  check_error(plan_error("input 4, linear 3", {.mode = Mode::train, .frozen = frozen}),
              Status::nothing_to_train, 0, 0, 0);
  const auto spec = GENERATE("input 4, relu", "input 4, flatten", "input 4, logsoftmax");
  CHECK(plan_error(spec, {.mode = Mode::train}).status == Status::nothing_to_train);
}

TEST_CASE("creating refuses arenas that are misaligned and plans of the wrong mode") {
  const auto file = network("input 4, linear 3");
  const OwnedPlan plan(file.model(), {});
  PoisonedArena arena(arena_bytes(*plan) + 64);
  const auto& kernels = *kernels::cpu().table;
  check_error(Session::create(file.model(), *plan, kernels, arena.bytes().subspan(16)).error(),
              Status::arena_misaligned, 0, 64, 16);
  check_error(Trainer::create(file.model(), *plan, kernels, arena.bytes(), 1).error(), Status::wrong_mode, 0,
              0, 0);
}

TEST_CASE("run refuses wrong sizes, types and too many images, and takes none") {
  const auto file = network("input 4, linear 3");
  const OwnedPlan plan(file.model(), {.batch = 2});
  PoisonedArena arena(arena_bytes(*plan));
  auto session = Session::create(file.model(), *plan, *kernels::cpu().table, arena.bytes());
  REQUIRE(session);
  std::vector<float> output(9);
  const auto run = [&](std::size_t inputs, std::size_t outputs) {
    return session->run(random_floats(inputs, 1), std::span(output).first(outputs));
  };
  CHECK(run(8, 6) == Status::ok);
  CHECK(run(0, 0) == Status::ok);
  CHECK(run(7, 6) == Status::wrong_size);
  CHECK(run(8, 3) == Status::wrong_size);
  CHECK(run(4, 6) == Status::wrong_size);
  CHECK(run(12, 9) == Status::bad_batch);
  CHECK(session->run(random_bytes(8, 1), std::span(output).first(6)) == Status::wrong_input_type);
  const OwnedPlan for_pixels(file.model(), {.input = InputType::uint8});
  PoisonedArena other(arena_bytes(*for_pixels));
  auto pixels = Session::create(file.model(), *for_pixels, *kernels::cpu().table, other.bytes());
  CHECK(pixels->run(random_floats(4, 1), std::span(output).first(3)) == Status::wrong_input_type);
}

TEST_CASE("step refuses what does not fit and leaves the weights as they were") {
  Training t;
  const std::uint64_t before = weights_hash(t.trainer.session());
  const Sgd sgd{.rate = 0.1f};
  const std::span<const float> values = t.values;
  const std::span<const std::uint8_t> labels = t.labels;
  const auto status = [&](auto input, auto wanted) { return t.trainer.step(input, wanted, sgd).status; };
  CHECK(status(values.first(3 * 36), labels) == Status::wrong_size);
  CHECK(status(values.first(0), labels) == Status::wrong_size);
  CHECK(status(random_floats(5 * 36, 1), random_bytes(5, 1, 5)) == Status::bad_batch);
  CHECK(status(std::span<const std::uint8_t>(t.pixels), labels) == Status::wrong_input_type);
  CHECK(status(values, random_floats(19, 1)) == Status::wrong_size);
  t.labels[3] = 5;
  CHECK(status(values, labels) == Status::label_out_of_range);
  CHECK(t.trainer.steps_done() == 0);
  CHECK(weights_hash(t.trainer.session()) == before);

  Training pixels({.input = InputType::uint8});
  CHECK(pixels.trainer.step(values, labels, sgd).status == Status::wrong_input_type);
  CHECK(pixels.trainer.step(values, random_floats(20, 1), sgd).status == Status::wrong_input_type);
  Training nll({.loss = Loss::nll});
  CHECK(nll.trainer.step(values, random_floats(20, 1), sgd).status == Status::bad_loss);
  Training mse({.loss = Loss::mse});
  CHECK(mse.trainer.step(values, labels, sgd).status == Status::bad_loss);
  CHECK(mse.trainer.step(values.first(0), std::vector<float>{}, sgd).status == Status::bad_batch);
}

TEST_CASE("a loss that is not finite leaves weights, velocities and step number as they were") {
  const auto bad = GENERATE(std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN());
  const auto goal = GENERATE(Goal::small, Goal::fast);
  const auto file = network("input 6, linear 5");
  const auto batch = GENERATE(1u, 3u);
  const OwnedPlan plan(file.model(), {.mode = Mode::train, .goal = goal, .batch = batch});
  PoisonedArena arena(arena_bytes(*plan));
  auto trainer = Trainer::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), 1);
  REQUIRE(trainer);
  auto x = random_floats(batch * 6, 1);
  const auto labels = random_bytes(batch, 2, 5);
  const Sgd sgd{.rate = 0.1f, .momentum = 0.9f};
  REQUIRE(trainer->step(x, labels, sgd).status == Status::ok);
  const std::uint64_t before = weights_hash(trainer->session());
  const auto velocity = trainer->velocity(0, Slot::weight);
  const std::vector<float> velocity_before(velocity.begin(), velocity.end());
  auto good = x;
  for (std::size_t i = 0; i < 6; ++i) x[i] = i % 2 == 0 ? bad : -bad;
  const StepResult result = trainer->step(x, labels, sgd);
  CHECK(result.status == Status::non_finite_loss);
  CHECK_FALSE(std::isfinite(result.loss));
  CHECK(weights_hash(trainer->session()) == before);
  CHECK(std::equal(velocity.begin(), velocity.end(), velocity_before.begin()));
  CHECK(trainer->steps_done() == 1);
  CHECK(trainer->step(good, labels, sgd).status == Status::ok);
}
