#include "formats/import/batch_counters.h"

namespace lentil::formats {

void leave_out_batch_counters(WeightFile& file, std::vector<std::string>& notes) {
  const std::size_t count = std::erase_if(
      file.tensors, [](const NamedTensor& tensor) { return tensor.name.ends_with("num_batches_tracked"); });
  if (count > 0) notes.emplace_back("left out the counters of training batches (num_batches_tracked)");
}

}  // namespace lentil::formats
