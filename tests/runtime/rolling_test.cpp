// Convolutions that pass rows on as soon as they are there: the bits of the oracle, in fewer bytes.
#include <catch2/catch.hpp>

#include "formats/host/thread_pool.h"
#include "formats/model_builder.h"
#include "runtime/plan_data.h"
#include "tests/reference/network.h"
#include "tests/support/dice.h"
#include "tests/support/networks.h"

namespace {

using namespace lentil;
using test::Dice;
using test::OwnedPlan;
using test::PoisonedArena;

// Two to five convolutions with whatever may stand between them and run in their steps.
class Chain {
 public:
  explicit Chain(std::uint32_t seed)
      : dice_(seed), builder_("chain", {dice_.between(1, 5), dice_.between(9, 24), dice_.between(7, 20)}) {
    for (std::uint32_t n = dice_.between(2, 5); n > 0; --n) {
      try_layer([&](formats::ModelBuilder& b) { conv2d(b); });
      if (dice_.once_in(4)) builder_.batch_norm();
      if (dice_.once_in(2)) try_layer([&](formats::ModelBuilder& b) { pool(b); });
      activation();
    }
    file_ = *builder_.build();
    formats::initialize(file_, seed);
  }
  const formats::ModelFile& file() const { return file_; }

 private:
  template <class Add>
  void try_layer(Add add) {
    for (int attempt = 0; attempt < 10; ++attempt) {
      formats::ModelBuilder trial = builder_;
      add(trial);
      if (trial.failed() || trial.shape().height < 2) continue;
      builder_ = trial;
      return;
    }
  }
  Extent extent(std::uint32_t most) { return {dice_.between(1, most), dice_.between(1, most)}; }
  void conv2d(formats::ModelBuilder& b) {
    formats::Conv2dOptions o{.kernel = extent(5)};
    if (dice_.once_in(3)) o.stride = extent(3);
    if (dice_.once_in(4)) o.dilation = extent(2);
    if (dice_.once_in(2)) o.padding = {dice_.below(4), dice_.below(3), dice_.below(4), dice_.below(3)};
    o.groups = dice_.once_in(4) ? b.shape().channels : 1;
    o.out = o.groups * dice_.between(1, o.groups == 1 ? 9 : 2);
    o.bias = !dice_.once_in(4);
    b.conv2d("", o);
  }
  void pool(formats::ModelBuilder& b) {
    formats::PoolOptions o{.kernel = {2, 2}, .stride = {2, 2}};
    if (dice_.once_in(2)) o = {.kernel = extent(3), .stride = extent(3)};
    if (dice_.once_in(3)) o.padding = {(o.kernel.height - 1) / 2, 0, (o.kernel.height - 1) / 2, 0};
    o.ceil_mode = dice_.once_in(3);
    b.max_pool2d(o);
  }
  void activation() {
    if (dice_.once_in(3)) return;
    dice_.once_in(3) ? builder_.leaky_relu(0.2f) : builder_.relu();
  }

  Dice dice_;
  formats::ModelBuilder builder_;
  formats::ModelFile file_;
};

constexpr std::uint32_t kImages = 3;

struct Bytes {
  std::size_t whole, rolling;
};

Bytes bytes_of(const Model& model, PlanOptions options) {
  options.rolling = false;
  const std::size_t whole = arena_bytes(*OwnedPlan(model, options));
  options.rolling = true;
  return {whole, arena_bytes(*OwnedPlan(model, options))};
}

std::vector<float> outputs(const formats::ModelFile& file, const PlanOptions& options,
                           const kernels::KernelTable& kernels, const std::vector<std::uint8_t>& pixels,
                           ParallelFor parallel) {
  const Model model = file.model();
  const OwnedPlan plan(model, options);
  PoisonedArena arena(arena_bytes(*plan));
  auto session = Session::create(model, *plan, kernels, arena.bytes(), parallel);
  REQUIRE(session);
  std::vector<float> y(kImages * session->output_size());
  const std::vector<float> values(pixels.begin(), pixels.end());
  if (options.input == InputType::uint8) REQUIRE(session->run(pixels, y) == Status::ok);
  if (options.input == InputType::float32) REQUIRE(session->run(values, y) == Status::ok);
  CHECK(arena.guards_intact());
  return y;
}

}  // namespace

TEST_CASE("convolutions that roll give the oracle's bits, whatever their windows", "[rolling]") {
  formats::ThreadPool pool(3);
  std::uint32_t smaller = 0;
  for (std::uint32_t seed = 0; seed < 150; ++seed) {
    const Chain chain(seed);
    const auto pixels = test::random_bytes(kImages * chain.file().input.count(), seed);
    const auto input = seed % 2 == 0 ? InputType::uint8 : InputType::float32;
    const PlanOptions options{
        .goal = Goal::small, .input = input, .batch = kImages, .threads = 1 + seed % 3, .rolling = true};
    const auto expected = reference::Network<float>(chain.file().model(), input)
                              .infer(std::vector<float>(pixels.begin(), pixels.end()));
    const Bytes bytes = bytes_of(chain.file().model(), options);
    CHECK(bytes.rolling <= bytes.whole);
    smaller += bytes.rolling < bytes.whole ? 1 : 0;
    for (const kernels::Isa& isa : kernels::isas()) {
      if (!isa.supported) continue;
      CAPTURE(seed, isa.name);
      CHECK(outputs(chain.file(), options, *isa.table, pixels,
                    options.threads > 1 ? pool.hook() : ParallelFor{}) == expected);
    }
  }
  CHECK(smaller > 100);
}

TEST_CASE("LeNet keeps six of the first pool's twelve rows", "[rolling]") {
  const auto lenet = test::network(test::kLenetSpec);
  const Bytes bytes = bytes_of(lenet.model(), {.goal = Goal::small});
  CHECK(bytes.whole - bytes.rolling == 10 * 6 * 12 * sizeof(float));
}

TEST_CASE("what is read twice, or trained, or packed does not roll", "[rolling]") {
  formats::ModelBuilder twice("twice", {1, 12, 12});
  twice.conv2d("", {.out = 4, .kernel = {3, 3}});
  const std::int16_t first = twice.last();
  twice.conv2d("", {.out = 4, .kernel = {3, 3}, .padding = {1, 1, 1, 1}});
  twice.join(LayerType::add, std::vector<std::int16_t>{first, twice.last()});
  const auto file = *twice.build();
  const Bytes bytes = bytes_of(file.model(), {.goal = Goal::small});
  CHECK(bytes.rolling == bytes.whole);

  const auto lenet = test::network(test::kLenetSpec);
  for (const PlanOptions& options :
       {PlanOptions{.goal = Goal::fast}, PlanOptions{.mode = Mode::train, .goal = Goal::small}}) {
    const Bytes same = bytes_of(lenet.model(), options);
    CHECK(same.rolling == same.whole);
  }
}
