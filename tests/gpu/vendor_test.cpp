// cuDNN and cuBLAS agree with the processor, as far as float32 goes.
#include "formats/host/cuda_vendor/session.h"
#include "tests/gpu/hardware.h"
#include "tests/support/networks.h"

using namespace lentil;
using namespace lentil::test;

TEST_CASE("cuDNN and cuBLAS have the processor's outputs but for rounding", "[gpu][vendor]") {
  const auto gpu = find_gpu();
  if (!gpu) return;
  constexpr std::uint32_t kImages = 64;
  const auto file = network(kLenetSpec);
  const auto input = random_floats(kImages * file.input.count(), 6);
  const OwnedPlan plan(file.model(), {.batch = kImages});
  PoisonedArena arena(arena_bytes(*plan));
  auto cpu = Session::create(file.model(), *plan, *kernels::cpu().table, arena.bytes());
  REQUIRE(cpu);
  std::vector<float> expected(kImages * cpu->output_size()), outputs(expected.size());
  REQUIRE(cpu->run(std::span<const float>(input), expected) == Status::ok);

  for (const std::size_t workspace : {cuda_vendor::kMostWorkspaceBytes, std::size_t{0}}) {
    auto session = cuda_vendor::VendorSession::create(*gpu, file.model(), kImages, workspace);
    if (!session && session.error().message.find("loading ") == 0) {
      std::cout << "skipped: " << session.error().message << "\n";
      return;
    }
    INFO((session ? "" : session.error().message));
    REQUIRE(session);
    REQUIRE(session->run(input, outputs));
    for (std::size_t i = 0; i < outputs.size(); ++i)
      CHECK(outputs[i] == Approx(expected[i]).epsilon(1e-4).margin(1e-5));
  }
}
