#include "formats/host/cuda/fat_binary.h"

namespace lentil::cuda {

FatBinary fat_binary() { return {}; }

}  // namespace lentil::cuda
