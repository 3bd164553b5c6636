// The entry points; program.h lists them with what they expect.
#include "kernels/cuda/block.h"
#include "kernels/cuda/network.h"
#include "kernels/cuda/update.h"

using namespace lentil::cuda;

namespace {

extern __shared__ uint4 shared_memory[];

__device__ std::uint8_t* shared_image() { return reinterpret_cast<std::uint8_t*>(shared_memory); }
__device__ std::uint8_t* slab_of_block(std::uint8_t* slabs, const Program* program) {
  return slabs + std::size_t{blockIdx.x} * program->image_bytes;
}

}  // namespace

extern "C" {

__global__ void __launch_bounds__(kBlockThreads, kBlocksTogether)
    lentil_forward_shared(const Program* program, ForwardArgs args) {
  forward(Block{}, *program, args, shared_image());
}
__global__ void __launch_bounds__(kBlockThreads, kBlocksTogether)
    lentil_forward_global(const Program* program, ForwardArgs args) {
  forward(Block{}, *program, args, slab_of_block(args.slabs, program));
}
__global__ void __launch_bounds__(kBlockThreads, kBlocksTogether)
    lentil_train_shared(const Program* program, TrainArgs args) {
  train(Block{}, *program, args, shared_image());
}
__global__ void __launch_bounds__(kBlockThreads, kBlocksTogether)
    lentil_train_global(const Program* program, TrainArgs args) {
  train(Block{}, *program, args, slab_of_block(args.slabs, program));
}
__global__ void __launch_bounds__(kBlockThreads, kBlocksTogether)
    lentil_prepare(const Program* program, PrepareArgs args) {
  prepare(Block{}, *program, args);
}
__global__ void __launch_bounds__(kBlockThreads, kBlocksTogether)
    lentil_update(const Program* program, UpdateArgs args) {
  __shared__ float shared[kSharedCells];
  update(Block{}, *program, args, shared);
}

}  // extern "C"
