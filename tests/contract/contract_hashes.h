// A hash for every kernel on every case, and for two short trainings: what all instruction sets and machines
// have to agree on (docs/numerics.md). Needs no heap, no file and no test framework, so that it runs on a
// microcontroller as well. expected_hashes.txt holds the results; contract_test.cpp derives them from the
// oracle. After a change of the planner, or with a new case, the program lentil_contract writes that file
// anew, and contract_test.cpp tells whether its hashes still are the oracle's.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/device.h"

namespace lentil::contract {

// Takes the results as they come: "<topic>.<name>" and 64 bits.
struct Report {
  void (*line)(void* context, const char* topic, const char* name, std::uint64_t value) = nullptr;
  void* context = nullptr;

  void operator()(const char* topic, const char* name, std::uint64_t value) const {
    line(context, topic, name, value);
  }
};

// Bytes of memory, aligned to 64, that the functions below need: more is not used, less traps.
inline constexpr std::size_t kKernelMemory = std::size_t{256} << 10;
inline constexpr std::size_t kSmallTrainingMemory = std::size_t{320} << 10;
inline constexpr std::size_t kBatchTrainingMemory = std::size_t{4} << 20;

void kernel_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report);

// The sizes of arenas for the tutorial's LeNet; a refusal counts as its Status with the highest bit set.
void plan_sizes(std::span<std::byte> memory, const Report& report);

// Pictures of a digit, prepared.
void prepare_hashes(std::span<std::byte> memory, const Report& report);

// 20 steps of the tutorial's LeNet with dropout and momentum, from pixels: one image at a time with the goal
// small, and 64 at a time with the goal fast.
void small_training_hashes(const kernels::KernelTable& table, std::span<std::byte> memory,
                           const Report& report);
void batch_training_hashes(const kernels::KernelTable& table, std::span<std::byte> memory,
                           const Report& report);

// A few steps of a network with branches, joins and batch-norm.
void graph_training_hashes(const kernels::KernelTable& table, std::span<std::byte> memory,
                           const Report& report);

}  // namespace lentil::contract
