// All ops and kernels: what a program gets that has no lists of its own.
#include "tests/embedded/size/app.h"

using namespace lentil;

int app(const std::byte* file, std::size_t bytes, std::span<std::byte> arena, const float* input,
        float* output) {
  static constexpr std::uint8_t kLabel[] = {3};
  const kernels::KernelTable& kernels = *kernels::isas().back().table;
  const int status = size::classify({file, bytes}, arena, kernels, {input, 784}, {output, 10});
  return status != 0 ? status : size::train({file, bytes}, arena, kernels, {input, 784}, kLabel);
}
