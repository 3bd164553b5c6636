// How a test steers the fake driver, a shared library (fake_driver.cpp). Settings are words with commas
// between them, from LENTIL_FAKE_CUDA or from reset():
//   init=CODE version=N devices=N garbage         what the driver says of itself and its GPUs
//   hang crash                                     how it starts
//   integrated register shared=BYTES optin=BYTES   what the GPU can do
//   memory=BYTES module=CODE capture=CODE          what it has room for, and refuses
//   fail_at=K fail=CODE                            call K from now on, counted from 1, fails with that code
#pragma once
#include <cstdint>

namespace lentil::test {

// Counted since reset().
struct FakeReport {
  std::uint64_t calls = 0;     // of all functions, but for names of errors
  std::uint64_t launches = 0;  // of kernels that ran
  std::uint64_t graph_launches = 0;
  std::uint64_t copies_in = 0, copies_out = 0;
  std::uint64_t device_bytes = 0;  // in use now
  std::int64_t live = 0;   // allocations, streams, events, modules, graphs and contexts that exist now
  char finding[160] = "";  // the first thing that no driver would have let pass
};

using FakeReset = void (*)(const char* settings);
using FakeReportCall = void (*)(FakeReport*);

}  // namespace lentil::test
