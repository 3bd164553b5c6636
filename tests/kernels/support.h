// What the kernel tests share: the kernels under test, and outputs that show what was not written.
#pragma once
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/device.h"
#include "tests/support/networks.h"

namespace lentil::test {

// Those that LENTIL_ISA names: every test here is run once for each.
inline const kernels::KernelTable& kernel_table() {
  const kernels::CpuKernels cpu = kernels::cpu();
  REQUIRE(cpu.choice == kernels::IsaChoice::ok);
  return *cpu.table;
}

// A vector of NaNs with NaNs behind it that a kernel must leave alone.
class Output {
 public:
  explicit Output(std::size_t count) : count_(count), values_(count + kGuard, kNan) {}
  float* data() { return values_.data(); }
  // What was written; fails if something lies behind it.
  std::vector<float> values() const {
    for (std::size_t i = count_; i < values_.size(); ++i) CHECK(values_[i] != values_[i]);
    return {values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(count_)};
  }

 private:
  static constexpr std::size_t kGuard = 32;
  static constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  std::size_t count_;
  std::vector<float> values_;
};

}  // namespace lentil::test
