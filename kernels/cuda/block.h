// A block of CUDA threads as the kernels see it. They are templates over this class, so that the same source
// runs on a host that checks every access (tests/cuda/emulator.h) or has a thread for each of CUDA's.
// A kernel is a sequence of parallel loops and barriers: control flow between them is the same for all
// threads, hence no barrier can be missed by some of them.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/host_device.h"

namespace lentil::cuda {

struct Block {
  // An array in shared or global memory. All that a kernel computes is read and written through it.
  template <class T>
  struct Array {
    T* data;
    LENTIL_DEVICE T get(std::int32_t i) const { return data[i]; }
    LENTIL_DEVICE void set(std::int32_t i, T value) const { data[i] = value; }
    LENTIL_DEVICE Array from(std::size_t i) const { return {data + i}; }
  };
  template <class T>
  LENTIL_DEVICE Array<T> array(T* data) const {
    return {data};
  }

  LENTIL_DEVICE std::uint32_t index() const { return blockIdx.x; }
  LENTIL_DEVICE std::uint32_t count() const { return gridDim.x; }

  // body(i) for i in [0, n), dealt out to the threads in turn. Two loops without a barrier between them may
  // not exchange values, unless element i is the business of index i in both.
  template <class Body>
  LENTIL_DEVICE void each(std::int32_t n, Body body) const {
    LENTIL_ROLLED
    for (auto i = static_cast<std::int32_t>(threadIdx.x); i < n; i += static_cast<std::int32_t>(blockDim.x))
      body(i);
  }
  LENTIL_DEVICE void barrier() const { __syncthreads(); }
  template <class Body>
  LENTIL_DEVICE void region(std::int32_t n, Body body) const {
    each(n, body);
    barrier();
  }
};

}  // namespace lentil::cuda
