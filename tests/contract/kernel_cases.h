// The groups of kernel cases that contract_hashes.cpp runs one after the other.
#pragma once
#include "tests/contract/contract_hashes.h"

namespace lentil::contract {

void conv2d_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report);
void pool_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report);
void linear_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report);
void elementwise_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report);
void channel_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report);
void softmax_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report);
void sgd_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report);

}  // namespace lentil::contract
