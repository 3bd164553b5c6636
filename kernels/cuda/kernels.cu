// The entry points; program.h lists them with what they expect.
#include "kernels/cuda/block.h"
#include "kernels/cuda/network.h"
#include "kernels/cuda/rows.h"

using namespace lentil::cuda;

namespace {

extern __shared__ uint4 shared_memory[];

}  // namespace

extern "C" {

__global__ void __launch_bounds__(kBlockThreads, kBlocksTogether)
    lentil_images(const Program* program, ImagesArgs args) {
  images(Block{}, *program, args, reinterpret_cast<std::uint8_t*>(shared_memory));
}
__global__ void __launch_bounds__(kBlockThreads, kBlocksTogether)
    lentil_rows(const Program* program, RowsArgs args) {
  __shared__ float shared[kSharedCells];
  rows(Block{}, *program, args, shared);
}

}  // extern "C"
