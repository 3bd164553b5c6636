#include "tools/bench_gpu.h"
#include "tools/stop.h"

namespace lentil::tools {

BenchTimes measure_vendor(const cuda::Gpu&, const formats::ModelFile&, const BenchImages&, const BenchCase&) {
  fail(
      "--engine vendor: this build of lentil knows nothing of cuDNN and cuBLAS; where both are installed, "
      "configure it with -D LENTIL_CUDA_VENDOR=ON");
}

}  // namespace lentil::tools
