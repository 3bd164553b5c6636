// PyTorch's batch-norm keeps how many batches it has seen; nobody needs this to run a network.
#pragma once
#include <string>
#include <vector>

#include "formats/import/weight_file.h"

namespace lentil::formats {

// Takes out all tensors named "num_batches_tracked" and says so in a note.
void leave_out_batch_counters(WeightFile& file, std::vector<std::string>& notes);

}  // namespace lentil::formats
