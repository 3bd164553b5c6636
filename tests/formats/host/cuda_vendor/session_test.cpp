#include "formats/host/cuda_vendor/session.h"

#include <string_view>

#include "tests/formats/host/cuda/fake.h"

using namespace lentil;
using namespace lentil::test;
using Catch::Contains;
using cuda_vendor::VendorSession;

namespace {

const cuda_vendor::LibraryNames kFakes{.dnn = LENTIL_FAKE_LIBRARIES, .blas = LENTIL_FAKE_LIBRARIES};

std::vector<float> on_the_cpu(const Model& model, const std::vector<float>& input, std::uint32_t images) {
  const OwnedPlan plan(model, {.batch = images});
  PoisonedArena arena(arena_bytes(*plan));
  auto session = Session::create(model, *plan, *kernels::cpu().table, arena.bytes());
  REQUIRE(session);
  std::vector<float> outputs(images * session->output_size());
  REQUIRE(session->run(std::span<const float>(input), outputs) == Status::ok);
  return outputs;
}

void check_close(const std::vector<float>& values, const std::vector<float>& expected) {
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    CHECK(values[i] == Approx(expected[i]).epsilon(1e-4).margin(1e-5));
}

std::string refusal(std::string_view spec) {
  const auto file = network(spec);
  const auto gpu = open_fake();
  const auto session = VendorSession::create(*gpu, file.model(), 1, cuda_vendor::kMostWorkspaceBytes, kFakes);
  return session ? "" : session.error().message;
}

}  // namespace

TEST_CASE("cuDNN and cuBLAS are asked for what Lentil computes") {
  FakeCuda fake;
  const std::uint32_t batch = 3;
  for (const std::string_view spec : {
           kLenetSpec,
           std::string_view(
               "conv 6 k5 p2, tanh, avgpool 2, conv 8 k3 s2 g2, sigmoid, flatten, linear 10, softmax"),
           std::string_view("conv 4 k3 d2 nobias, elu 0.5, maxpool 3 s2 p1, flatten, linear 5 nobias"),
           std::string_view("flatten, linear 30, relu, linear 30, relu, linear 10"),
       }) {
    INFO(spec);
    const auto file = network(spec);
    const auto input = random_floats(batch * file.model().input.count(), 5);
    const auto expected = on_the_cpu(file.model(), input, batch);
    // With a workspace and, where none fits, without.
    for (const std::size_t most_bytes : {cuda_vendor::kMostWorkspaceBytes, std::size_t{0}}) {
      fake.reset("");
      {
        const auto gpu = open_fake();
        auto session = VendorSession::create(*gpu, file.model(), batch, most_bytes, kFakes);
        INFO((session ? "" : session.error().message));
        REQUIRE(session);
        std::vector<float> outputs(expected.size());
        for (int twice = 0; twice < 2; ++twice) {
          REQUIRE(session->run(input, outputs));
          check_close(outputs, expected);
        }
      }
      CHECK(fake.report().live == 0);
      CHECK(std::string(fake.report().finding) == "");
    }
  }
}

TEST_CASE("a workspace for convolutions is taken out of the session's memory") {
  FakeCuda fake;
  const auto file = network(kLenetSpec);
  const auto gpu = open_fake();
  auto with = VendorSession::create(*gpu, file.model(), 1, cuda_vendor::kMostWorkspaceBytes, kFakes);
  auto without = VendorSession::create(*gpu, file.model(), 1, 0, kFakes);
  REQUIRE(with);
  REQUIRE(without);
  CHECK(with->device_bytes() == without->device_bytes() + (1 << 20));
  CHECK(fake.report().device_bytes == with->device_bytes() + without->device_bytes());
}

TEST_CASE("what cuDNN and cuBLAS cannot do is refused by the layer's name") {
  FakeCuda fake;
  CHECK_THAT(refusal("conv 4 k3, bn, flatten, linear 10"), Contains("layer 1 (BatchNorm2d): "));
  CHECK_THAT(refusal("maxpool 2 ceil, flatten, linear 10"),
             Contains("layer 0 (MaxPool2d): ") && Contains("ceil"));
}

TEST_CASE("images of another number than the session was made for are refused") {
  FakeCuda fake;
  const auto file = network(kLenetSpec);
  const auto gpu = open_fake();
  auto session = VendorSession::create(*gpu, file.model(), 2, 0, kFakes);
  REQUIRE(session);
  std::vector<float> input(784), outputs(20);
  const auto ran = session->run(input, outputs);
  REQUIRE_FALSE(ran);
  CHECK_THAT(ran.error().message, Contains("2 images of 784 values"));
}

TEST_CASE("a failing driver fails a session of cuDNN with a sentence, and nothing is left behind") {
  FakeCuda fake;
  const auto file = network("conv 2 k5, relu, flatten, linear 10");
  const std::vector<float> input(784);
  const std::size_t mattered = fail_each_call(fake, "", [&]() -> std::string {
    auto gpu = FakeCuda::open();
    if (!gpu) return gpu.error().message;
    auto session = VendorSession::create(**gpu, file.model(), 1, 0, kFakes);
    if (!session) return session.error().message;
    std::vector<float> outputs(10);
    const auto ran = session->run(input, outputs);
    return ran ? "" : ran.error().message;
  });
  CHECK(mattered > 20);
}
