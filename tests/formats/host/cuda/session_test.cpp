#include "formats/host/cuda/session.h"

#include "tests/formats/host/cuda/fake.h"

using namespace lentil;
using namespace lentil::test;
using Catch::Contains;
using cuda::CudaSession;

namespace {

constexpr std::size_t kPixels = 784, kOutputs = 10;

std::vector<float> on_the_cpu(const Model& model, const std::vector<std::uint8_t>& pixels) {
  const auto images = static_cast<std::uint32_t>(pixels.size() / kPixels);
  const OwnedPlan plan(model, {.input = InputType::uint8, .batch = images});
  PoisonedArena arena(arena_bytes(*plan));
  auto session = Session::create(model, *plan, *kernels::cpu().table, arena.bytes());
  REQUIRE(session);
  std::vector<float> outputs(images * kOutputs);
  REQUIRE(session->run(std::span<const std::uint8_t>(pixels), outputs) == Status::ok);
  return outputs;
}

std::string run_once(const Model& model, const std::vector<std::uint8_t>& pixels, std::uint32_t batch,
                     std::vector<float>& outputs) {
  auto gpu = FakeCuda::open();
  if (!gpu) return gpu.error().message;
  auto session = CudaSession::create(**gpu, model, InputType::uint8, batch);
  if (!session) return session.error().message;
  auto ran = session->run(std::span<const std::uint8_t>(pixels), outputs);
  return ran ? "" : ran.error().message;
}

}  // namespace

TEST_CASE("a session on a GPU gives the processor's bits, one launch for each batch") {
  FakeCuda fake;
  const auto file = network(kLenetSpec);
  const auto pixels = random_bytes(7 * kPixels, 3);
  const auto expected = on_the_cpu(file.model(), pixels);
  for (const char* settings :
       {"", "integrated", "integrated,register", "shared=2048,optin=2048,processors=1"}) {
    for (const std::uint32_t batch : {1u, 2u, 3u, 7u, 100u}) {
      fake.reset(settings);
      std::vector<float> outputs(7 * kOutputs, -1.0f);
      INFO(settings << ", batches of " << batch);
      CHECK(run_once(file.model(), pixels, batch, outputs) == "");
      CHECK(outputs == expected);
      const FakeReport report = fake.report();
      CHECK(std::string(report.finding) == "");
      CHECK(report.live == 0);
      CHECK(report.launches == 1 + (7 + batch - 1) / batch);  // and weights that are folded
    }
  }
}

TEST_CASE("a GPU that shares the processor's memory reads and writes it in place") {
  FakeCuda fake("integrated");
  const auto file = network(kLenetSpec);
  const auto pixels = random_bytes(4 * kPixels, 3);
  std::vector<float> outputs(4 * kOutputs);
  CHECK(run_once(file.model(), pixels, 2, outputs) == "");
  CHECK(fake.report().copies_in == 2);  // program and parameters
  CHECK(fake.report().copies_out == 0);
}

TEST_CASE("a session can be used again, for floats, too") {
  FakeCuda fake;
  const auto file = network(kLenetSpec);
  const auto gpu = open_fake();
  auto session = CudaSession::create(*gpu, file.model(), InputType::float32, 2);
  REQUIRE(session);
  CHECK(session->fused());
  CHECK(session->output_size() == kOutputs);
  CHECK(session->device_bytes() == fake.report().device_bytes);
  const auto input = random_floats(3 * kPixels, 5);
  std::vector<float> first(3 * kOutputs), second(3 * kOutputs, 9.0f);
  CHECK(session->run(std::span<const float>(input), first));
  CHECK(session->run(std::span<const float>(input), second));
  CHECK(first == second);
}

TEST_CASE("a session refuses sizes and types that are not its network's") {
  FakeCuda fake;
  const auto file = network(kLenetSpec);
  const auto gpu = open_fake();
  CHECK_FALSE(CudaSession::create(*gpu, file.model(), InputType::uint8, 0));
  auto session = CudaSession::create(*gpu, file.model(), InputType::uint8, 2);
  REQUIRE(session);
  std::vector<float> outputs(kOutputs);
  const auto pixels = random_bytes(kPixels, 1);
  CHECK_FALSE(session->run(std::span(pixels).first(kPixels - 1), outputs));
  CHECK_FALSE(session->run(std::span<const std::uint8_t>(pixels), std::span(outputs).first(9)));
  CHECK_FALSE(session->run(std::span<const float>(random_floats(kPixels, 1)), outputs));
  CHECK(session->run(std::span<const std::uint8_t>(), std::span<float>()));
  CHECK(session->run(std::span<const std::uint8_t>(pixels), outputs));  // none of it has harmed
}

TEST_CASE("a network that is too large for the GPU's memory is told with the sizes") {
  FakeCuda fake("memory=100000");
  const auto file = network(kLenetSpec);
  const auto gpu = open_fake();
  const auto session = CudaSession::create(*gpu, file.model(), InputType::uint8, 64);
  REQUIRE_FALSE(session);
  CHECK_THAT(session.error().message, Contains("allocating ") && Contains("too little free memory") &&
                                          Contains("100000 bytes are free"));
}

TEST_CASE("a batch beyond all memory is refused and not counted wrong") {
  FakeCuda fake("shared=2048,optin=2048,processors=1000000");
  const auto file = network(kLenetSpec);
  const auto gpu = open_fake();
  CHECK_FALSE(CudaSession::create(*gpu, file.model(), InputType::float32, 0xffffffff));
}

TEST_CASE("whatever call fails in a session, the reason is told and nothing is left") {
  FakeCuda fake;
  const auto file = network("conv 2 k5, maxpool 2, relu, flatten, linear 10");
  const auto pixels = random_bytes(5 * kPixels, 3);
  for (const char* settings : {"", "integrated,register"}) {
    const std::size_t mattered = fail_each_call(fake, settings, [&] {
      std::vector<float> outputs(5 * kOutputs);
      return run_once(file.model(), pixels, 2, outputs);
    });
    CHECK(mattered > 40);
  }
}

TEST_CASE("after a failure of the GPU a session goes on telling it") {
  FakeCuda fake;
  const auto file = network(kLenetSpec);
  const auto gpu = open_fake();
  auto session = CudaSession::create(*gpu, file.model(), InputType::uint8, 2);
  REQUIRE(session);
  const auto pixels = random_bytes(kPixels, 1);
  std::vector<float> outputs(kOutputs);
  fake.reset("fail=700,fail_at=3");
  CHECK_FALSE(session->run(std::span<const std::uint8_t>(pixels), outputs));
  const auto again = session->run(std::span<const std::uint8_t>(pixels), outputs);
  REQUIRE_FALSE(again);
  CHECK_THAT(again.error().message, Contains("(700)") && Contains("please report it"));
}

TEST_CASE("a session in the caller's memory needs exactly the bytes that it says") {
  FakeCuda fake;
  const auto file = network(kLenetSpec);
  const auto pixels = random_bytes(5 * kPixels, 3);
  for (const char* settings : {"", "integrated", "shared=2048,optin=2048"}) {
    fake.reset(settings);
    const auto gpu = open_fake();
    const auto bytes = CudaSession::device_bytes(*gpu, file.model(), InputType::uint8, 2);
    REQUIRE(bytes);
    auto memory = cuda::DeviceMemory::allocate(*gpu, *bytes);
    REQUIRE(memory);
    const auto create = [&](std::size_t begin, std::size_t size) {
      return CudaSession::create(*gpu, file.model(), InputType::uint8, 2, {memory->at(begin), size});
    };
    const auto less = create(0, *bytes - 1);
    REQUIRE_FALSE(less);
    CHECK_THAT(less.error().message, Contains("has " + std::to_string(*bytes - 1) + " bytes, and " +
                                              std::to_string(*bytes) + " bytes are needed"));
    CHECK_FALSE(create(64, *bytes));
    {
      auto session = create(0, *bytes);
      REQUIRE(session);
      CHECK(session->device_bytes() == *bytes);
      CHECK(fake.report().device_bytes == *bytes);  // none but the caller's
      std::vector<float> outputs(5 * kOutputs);
      CHECK(session->run(std::span<const std::uint8_t>(pixels), outputs));
      CHECK(outputs == on_the_cpu(file.model(), pixels));
    }
    CHECK(fake.report().device_bytes == *bytes);
    CHECK(std::string(fake.report().finding) == "");
  }
}
