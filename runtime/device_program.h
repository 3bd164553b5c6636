// A model as the program that the CUDA kernels run (kernels/cuda/program.h), with the exact sizes of the
// arrays that they need. The same planner decides about order, folding and gradients as for the CPU, hence
// the same bits come out.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/cuda/program.h"
#include "runtime/plan.h"

namespace lentil {

// Pure. Goal, batch, threads and accumulate of the options say nothing here: a block does one image, and a
// step has as many images as the caller has gradients for. The program lies at the front of `memory`
// (16-aligned, device_program_memory_bytes(model)); its first Program::bytes are what the device gets.
// Refuses what plan() refuses.
Result<const cuda::Program*> device_program(const Model& model, const PlanOptions& options,
                                            std::span<std::byte> memory);
std::size_t device_program_memory_bytes(const Model& model);

// A place where all images of a step wait: for the statistics of a batch-norm that learns, forward or
// backward.
struct DeviceStop {
  std::uint32_t place;  // kAllPlaces: they need not wait any more
  std::uint32_t batch_norm, channels;
  cuda::RowsWork work;
};
// The first one behind place `from`. A step takes the images from place 0 until the first stop, does the work
// for each of its channels, goes on from there to the next one, and so on; then it updates.
DeviceStop next_stop(const cuda::Program& program, std::uint32_t from);

// Images that a step must have: a batch-norm learns nothing from a single value.
std::uint32_t least_images(const cuda::Program& program);

// Where a layer's tensor begins among the program's parameters, in floats: all tensors of all layers in file
// order, without gaps. Velocities have the same places.
std::uint32_t device_parameter(const Model& model, std::uint32_t layer, Slot slot);

}  // namespace lentil
