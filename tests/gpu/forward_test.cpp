// What a GPU computes is what the processor computes, bit for bit.
#include "formats/host/cuda/session.h"
#include "models/registry.h"
#include "tests/gpu/hardware.h"
#include "tests/stress/random_network.h"
#include "tests/support/networks.h"

using namespace lentil;
using namespace lentil::test;

namespace {

template <class T>
std::vector<float> on_the_cpu(const Model& model, InputType type, const std::vector<T>& input,
                              std::uint32_t images) {
  const OwnedPlan plan(model, {.input = type, .batch = images});
  PoisonedArena arena(arena_bytes(*plan));
  auto session = Session::create(model, *plan, *kernels::cpu().table, arena.bytes());
  REQUIRE(session);
  std::vector<float> outputs(images * session->output_size());
  REQUIRE(session->run(std::span<const T>(input), outputs) == Status::ok);
  return outputs;
}

// In launches of `batch` images.
template <class T>
void check_same(const cuda::Gpu& gpu, const Model& model, InputType type, const std::vector<T>& input,
                std::uint32_t images, std::uint32_t batch) {
  const std::vector<float> expected = on_the_cpu(model, type, input, images);
  auto session = cuda::CudaSession::create(gpu, model, type, batch);
  INFO((session ? "" : session.error().message));
  REQUIRE(session);
  std::vector<float> outputs(expected.size());
  const auto ran = session->run(std::span<const T>(input), outputs);
  INFO((ran ? "" : ran.error().message));
  REQUIRE(ran);
  CHECK(outputs == expected);
}

}  // namespace

TEST_CASE("every network of the registry has the processor's outputs on a GPU", "[gpu][small]") {
  const auto gpu = find_gpu();
  if (!gpu) return;
  constexpr std::uint32_t kImages = 5;
  for (const models::Definition& entry : models::definitions()) {
    formats::ModelFile file = entry.make();
    formats::initialize(file, 4);
    const std::size_t values = kImages * file.input.count();
    for (const std::uint32_t batch : {2u, 5u}) {
      INFO(entry.name << ", batches of " << batch);
      check_same(*gpu, file.model(), InputType::uint8, random_bytes(values, 5), kImages, batch);
      check_same(*gpu, file.model(), InputType::float32, random_floats(values, 6), kImages, batch);
    }
  }
}

TEST_CASE("random networks have the processor's outputs on a GPU", "[gpu][small][tiny]") {
  const auto gpu = find_gpu();
  if (!gpu) return;
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    INFO("network " << seed);
    const formats::ModelFile file = stress::random_network(seed);
    check_same(*gpu, file.model(), InputType::float32, random_floats(3 * file.input.count(), seed), 3, 2);
  }
}

TEST_CASE("ten thousand images in large batches have the processor's outputs on a GPU", "[gpu]") {
  const auto gpu = find_gpu();
  if (!gpu) return;
  constexpr std::uint32_t kImages = 10000;
  const auto file = network(kLenetSpec);
  check_same(*gpu, file.model(), InputType::uint8, random_bytes(kImages * 784, 7), kImages, 4096);
}
